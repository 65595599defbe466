using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

[StartsProcesses]
public sealed partial class LogTests : IDisposable
{
    private const int Jobs = 20;
    private const string Job = """
        {"dataset":"synthetic-digits","steps":20,"batchSize":4,"channels":[2,2],
        "warmupSteps":0,"evaluateEvery":10,"checkpointEvery":10}
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
    private readonly string _home = Directory.CreateTempSubdirectory("autoencoder-home-").FullName;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task An_ordinary_run_logs_its_start_its_end_and_two_lines_for_each_job_lost_races_included()
    {
        await using ServiceProcess service = await ServiceProcess.Start(_folder, ("HOME", _home));
        string[] jobs = await Task.WhenAll(Enumerable.Range(0, Jobs).Select(i => Raced($"job-{i}")));
        foreach (string job in jobs)
        {
            await service.Client.Ended(job);
        }

        using var tag = new StringContent("""{"checkpoint":"latest"}""", Encoding.UTF8, "application/json");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => service.Client.Http.PutAsync("/v1/tags/raced", tag)));
        foreach (string page in (string[])["/", "/hangfire", "/swagger/index.html", "/metrics", "/v1/nowhere"])
        {
            await service.Client.Http.GetAsync(page);
        }

        await service.Stop();
        Assert.Equal(0, service.ExitCode);
        string log = service.Output();
        Assert.Empty(
            Entry()
                .Matches(log)
                .Select(entry => entry.Value)
                .Except([
                    "info: Microsoft.Hosting.Lifetime[0]",
                    "info: Microsoft.Hosting.Lifetime[14]",
                    "info: AutoencoderApi.Api.Jobs.TrainingJobRunner[2]",
                    "info: AutoencoderApi.Api.Jobs.TrainingJobRunner[3]",
                ]));
        Assert.Equal(Jobs, log.Split("TrainingJobRunner[2]").Length - 1);
        Assert.Equal(Jobs, log.Split("TrainingJobRunner[3]").Length - 1);
        Assert.Empty(Directory.GetFileSystemEntries(_home)); // no key of data protection either

        // One of the two stores the job; the other finds the key taken.
        async Task<string> Raced(string key)
        {
            HttpResponseMessage[] responses = await Task.WhenAll(Post(key), Post(key));
            Assert.All(responses, response => Assert.Equal(HttpStatusCode.Accepted, response.StatusCode));
            return Assert.Single(responses.Select(response => response.Headers.Location!.ToString()).Distinct());
        }

        async Task<HttpResponseMessage> Post(string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/training-jobs")
            {
                Content = new StringContent(Job, Encoding.UTF8, "application/json"),
            };
            request.Headers.Add("Idempotency-Key", key);
            return await service.Client.Http.SendAsync(request);
        }
    }

    [GeneratedRegex(@"^\w{4}: \S+\[\d+\]", RegexOptions.Multiline)]
    private static partial Regex Entry();
}
