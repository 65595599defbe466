using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests;

/// <summary>Talks to a service as a frontend does.</summary>
public sealed class ServiceClient(HttpClient http)
{
    public HttpClient Http => http;

    public async Task<JsonNode> Json(string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd(accept ?? "application/json");
        using HttpResponseMessage response = await http.SendAsync(request);
        Assert.True(response.IsSuccessStatusCode, $"{path}: {await response.Content.ReadAsStringAsync()}");
        return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
    }

    public Task<HttpResponseMessage> Post(string path, string json) =>
        http.PostAsync(path, new StringContent(json, MediaTypeHeaderValue.Parse("application/json")));

    /// <summary>Submits a job and returns its path.</summary>
    public async Task<string> Submit(string json)
    {
        using HttpResponseMessage response = await Post("/v1/training-jobs", json);
        Assert.True(response.StatusCode == System.Net.HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return response.Headers.Location!.ToString();
    }

    /// <summary>Polls a job as a frontend would, until <paramref name="until"/> holds.</summary>
    public async Task<JsonNode> Await(string job, Func<JsonNode, bool> until)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (true)
        {
            JsonNode state = await Json(job);
            if (until(state))
            {
                return state;
            }

            await Task.Delay(50, timeout.Token);
        }
    }

    /// <summary>Id of a checkpoint with a small code, which is quickly evaluated; trained at the first call.</summary>
    public async Task<string> SmallCheckpoint()
    {
        const string Name = "small";
        JsonNode named = await Json($"/v1/training-jobs?name={Name}&limit=1");
        JsonNode job = named["items"]!.AsArray().FirstOrDefault() ?? await Ended(await Submit(
            $$"""{"name":"{{Name}}","dataset":"synthetic-digits","steps":1,"channels":[1,1],"codeWidth":2,"stopOnCollapse":false}"""));
        return (string)job["latestCheckpoint"]!;
    }

    public Task<JsonNode> Ended(string job) => Await(job, state => (string)state["status"]! is "succeeded" or "failed" or "cancelled");
}
