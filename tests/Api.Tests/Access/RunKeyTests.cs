using System.Net;
using System.Text;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Access;

/// <summary>A service without configured keys that other machines reach makes one for its run.</summary>
[StartsProcesses]
public sealed class RunKeyTests(ReachableService service) : IClassFixture<ReachableService>
{
    private const string Long =
        """{"dataset":"synthetic-digits","steps":100000,"batchSize":4,"channels":[2,2],"evaluateEvery":100000,"checkpointEvery":100000}""";

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/")]
    [InlineData("/page/app.js")]
    public async Task Probes_and_the_page_are_open_to_callers_from_elsewhere(string path)
    {
        using HttpResponseMessage response = await service.SendFromElsewhere(HttpMethod.Get, path, null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("/v1/training-jobs", 200)]
    [InlineData("/v1/nowhere", 404)]
    [InlineData("/openapi/v1.json", 200)]
    [InlineData("/metrics", 200)]
    [InlineData("/swagger/index.html", 200)]
    [InlineData("/hangfire", 200)]
    public async Task Callers_from_elsewhere_need_the_key(string path, int withKey)
    {
        await Expect.Problem(HttpStatusCode.Unauthorized, await service.SendFromElsewhere(HttpMethod.Get, path, null));
        await Expect.Problem(HttpStatusCode.Unauthorized, await service.SendFromElsewhere(HttpMethod.Get, path, ApiKey.Create()));
        using HttpResponseMessage byHeader = await service.SendFromElsewhere(HttpMethod.Get, path, service.Key);
        Assert.Equal(withKey, (int)byHeader.StatusCode);
        using HttpResponseMessage byPassword = await service.SendFromElsewhere(HttpMethod.Get, path, null, ("Authorization", Basic));
        Assert.Equal(path.StartsWith("/v1", StringComparison.Ordinal) ? 401 : withKey, (int)byPassword.StatusCode);
    }

    [Fact]
    public async Task Callers_on_this_machine_need_no_key_and_who_only_seems_to_be_one_does()
    {
        HttpClient local = service.Process.Client.Http;
        Assert.Equal(HttpStatusCode.OK, (await local.GetAsync("/v1/training-jobs")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await local.GetAsync("/hangfire")).StatusCode);
        foreach ((string Name, string Value) disguise in ((string, string)[])
                [
                    ("Host", "digits.example"),
                    ("Host", $"{MachineAddress.BeyondLoopback}"),
                    ("X-Forwarded-For", "127.0.0.1"),
                    ("Via", "1.1 proxy"),
                ])
        {
            await Expect.Problem(
                HttpStatusCode.Unauthorized,
                await local.SendAsync(KeyedService.Request(HttpMethod.Get, "/v1/training-jobs", null, disguise)));
            using HttpResponseMessage response = await local.SendAsync(
                KeyedService.Request(HttpMethod.Get, "/v1/training-jobs", service.Key, disguise));
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_page_of_another_site_cannot_use_the_password_that_a_browser_keeps() =>
        await Expect.Problem(
            HttpStatusCode.Forbidden,
            await service.SendFromElsewhere(
                HttpMethod.Post,
                "/hangfire/stats",
                null,
                ("Authorization", Basic),
                ("Sec-Fetch-Site", "cross-site")));

    [Fact]
    public async Task The_key_is_counted_as_any_key_is_and_callers_on_this_machine_are_not()
    {
        using HttpResponseMessage first = await PostJob();
        Assert.Equal(HttpStatusCode.Accepted, first.StatusCode);
        await service.Process.Client.Await(first.Headers.Location!.ToString(), job => (string?)job["status"] == "running");
        Assert.Equal(HttpStatusCode.Accepted, (await PostJob()).StatusCode); // it waits, and no second one may
        await Expect.Problem(HttpStatusCode.TooManyRequests, await PostJob());
        await service.Process.Client.Submit(Long);

        async Task<HttpResponseMessage> PostJob()
        {
            using HttpRequestMessage request = KeyedService.Request(HttpMethod.Post, "/v1/training-jobs", service.Key);
            request.Content = new StringContent(Long, Encoding.UTF8, "application/json");
            return await service.SendFromElsewhere(request);
        }
    }

    [Fact]
    public async Task The_key_is_printed_once_and_stands_neither_in_the_log_nor_in_the_store()
    {
        await service.SendFromElsewhere(HttpMethod.Get, "/v1/training-jobs", service.Key);
        string[] lines = [.. service.Process.Output().Split('\n').Where(line => line.Contains(service.Key, StringComparison.Ordinal))];
        // no line of the log: those are JSON
        Assert.StartsWith($"No key is configured. Open http://localhost:{service.Port}/#key=aek_", Assert.Single(lines));
        // it logs all there is
        Assert.Contains("AuthenticationScheme: ApiKey was successfully authenticated", service.Process.Output(), StringComparison.Ordinal);
        foreach (string path in Directory.GetFiles(service.Folder, "*", SearchOption.AllDirectories))
        {
            using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), Encoding.Latin1);
            Assert.DoesNotContain(service.Key, await file.ReadToEndAsync(), StringComparison.Ordinal);
        }
    }

    private string Basic => "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"me:{service.Key}"));
}
