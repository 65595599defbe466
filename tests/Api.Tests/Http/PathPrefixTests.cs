using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Tests.Access;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Http;

[Collection(KeyedCollection.Name)]
public sealed partial class PathPrefixTests(KeyedService service)
{
    private const string Header = "X-Forwarded-Prefix";
    private const string Job = """{"dataset":"synthetic-digits","steps":1}""";

    [Fact]
    public async Task Behind_nginx_under_a_prefix_the_page_Swagger_and_the_dashboard_find_their_files()
    {
        await using NginxServer nginx = await NginxServer.Start(service.Http.BaseAddress!);
        using HttpResponseMessage moved = await nginx.Http.GetAsync(NginxServer.Prefix);
        Assert.EndsWith($"{NginxServer.Prefix}/", moved.Headers.Location!.ToString(), StringComparison.Ordinal);
        foreach (string page in (string[])["/", "/swagger/index.html", "/hangfire"])
        {
            string path = NginxServer.Prefix + page;
            using HttpResponseMessage response = await Send(nginx.Http, HttpMethod.Get, path, Role.Admin);
            string html = await response.Content.ReadAsStringAsync();
            Assert.True(response.IsSuccessStatusCode, html);
            var address = new Uri(nginx.Http.BaseAddress!, path);
            Uri[] linked = [.. Linked().Matches(html).Select(match => new Uri(address, match.Groups[1].Value))
                .Where(link => link.Authority == nginx.Http.BaseAddress!.Authority && link.Fragment.Length == 0)];
            Assert.NotEmpty(linked);
            foreach (Uri link in linked)
            {
                using HttpResponseMessage file = await Send(nginx.Http, HttpMethod.Get, link.PathAndQuery, Role.Admin);
                Assert.True((int)file.StatusCode is 200 or 301, $"{path} names {link}: {file.StatusCode}");
            }
        }

        string script = await (await Send(nginx.Http, HttpMethod.Get, $"{NginxServer.Prefix}/swagger/index.js", Role.Admin))
            .Content.ReadAsStringAsync();
        Assert.Contains("../openapi/v1.json", script, StringComparison.Ordinal);
        using HttpResponseMessage served = await Send(nginx.Http, HttpMethod.Get, $"{NginxServer.Prefix}/openapi/v1.json", Role.Reader);
        JsonNode document = JsonNode.Parse(await served.Content.ReadAsStringAsync())!;
        Assert.Equal(NginxServer.Prefix, (string?)document["servers"]![0]!["url"]);
    }

    [Fact]
    public async Task Behind_nginx_a_job_is_submitted_and_followed_by_the_addresses_that_the_service_gives()
    {
        await using NginxServer nginx = await NginxServer.Start(service.Http.BaseAddress!);
        string key = Guid.NewGuid().ToString();
        using HttpResponseMessage made = await Submit(nginx.Http, $"{NginxServer.Prefix}/v1/training-jobs", ("Idempotency-Key", key));
        Assert.Equal(HttpStatusCode.Accepted, made.StatusCode);
        string self = made.Headers.Location!.ToString();
        Assert.StartsWith($"{NginxServer.Prefix}/v1/training-jobs/", self);
        using HttpResponseMessage repeated = await Submit(nginx.Http, $"{NginxServer.Prefix}/v1/training-jobs", ("Idempotency-Key", key));
        Assert.Equal(await made.Content.ReadAsStringAsync(), await repeated.Content.ReadAsStringAsync());
        Assert.Equal(made.Headers.Location, repeated.Headers.Location);

        using HttpResponseMessage response = await Send(nginx.Http, HttpMethod.Get, self, Role.Reader);
        JsonNode links = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["links"]!;
        Assert.All(links.AsObject(), link => Assert.StartsWith($"{NginxServer.Prefix}/v1/", (string?)link.Value));
        foreach (string link in (string[])["self", "metrics", "loss", "checkpoints"])
        {
            using HttpResponseMessage linked = await Send(nginx.Http, HttpMethod.Get, (string)links[link]!, Role.Reader);
            Assert.Equal(HttpStatusCode.OK, linked.StatusCode);
        }

        using HttpRequestMessage follow = KeyedService.Request(HttpMethod.Get, (string)links["events"]!, service.Keys[Role.Reader]);
        using HttpResponseMessage events = await nginx.Http.SendAsync(follow, HttpCompletionOption.ResponseHeadersRead);
        Assert.Contains("event: ended", await events.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Behind_nginx_an_event_comes_when_it_happens()
    {
        await using NginxServer nginx = await NginxServer.Start(service.Http.BaseAddress!);
        using HttpRequestMessage follow = KeyedService.Request(
            HttpMethod.Get, $"{NginxServer.Prefix}/v1/events", service.Keys[Role.Reader]);
        using HttpResponseMessage events = await nginx.Http.SendAsync(follow, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await events.Content.ReadAsStreamAsync());
        using HttpResponseMessage made = await Submit(nginx.Http, $"{NginxServer.Prefix}/v1/training-jobs");
        string id = made.Headers.Location!.ToString().Split('/')[^1];
        string? line;
        do
        {
            line = await reader.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)); // a buffering proxy would keep so few bytes
        }
        while (line?.Contains($"\"self\":\"{NginxServer.Prefix}/v1/training-jobs/{id}\"", StringComparison.Ordinal) is false);

        Assert.NotNull(line);
    }

    [Theory]
    [InlineData("//evil.example")]
    [InlineData("/a//b")]
    [InlineData("/a/../b")]
    [InlineData("/.")]
    [InlineData("/a?b")]
    [InlineData("/a#b")]
    [InlineData("/a b")]
    [InlineData("/%2f%2fevil.example")]
    [InlineData("/\\evil.example")]
    [InlineData("/a:b@evil.example")]
    public async Task A_prefix_that_is_no_path_is_refused(string prefix)
    {
        JsonNode problem = await Expect.Problem(
            HttpStatusCode.BadRequest, await service.Send(HttpMethod.Get, "/v1/training-jobs", Role.Reader, (Header, prefix)));
        Assert.NotNull(problem["errors"]![Header]);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("evil.example")]
    [InlineData("")]
    public async Task A_prefix_that_does_not_begin_as_a_path_changes_nothing(string prefix)
    {
        using HttpResponseMessage made = await Submit(service.Http, "/v1/training-jobs", (Header, prefix));
        Assert.StartsWith("/v1/training-jobs/", made.Headers.Location!.ToString());
    }

    [Fact]
    public async Task A_prefix_of_a_proxy_that_is_not_trusted_is_ignored()
    {
        string folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
        string key = ApiKey.Create();
        (string, string)[] settings = [.. KeyedService.Settings(0, key, Role.Admin), ("Access__TrustedProxies__0", "192.0.2.1")];
        await using (ServiceProcess other = await ServiceProcess.Start(folder, settings))
        {
            foreach (string prefix in (string[])["/digits", "//evil.example"])
            {
                using HttpRequestMessage request = KeyedService.Request(HttpMethod.Post, "/v1/training-jobs", key, (Header, prefix));
                request.Content = new StringContent(Job, MediaTypeHeaderValue.Parse("application/json"));
                using HttpResponseMessage made = await other.Client.Http.SendAsync(request);
                Assert.StartsWith("/v1/training-jobs/", made.Headers.Location!.ToString());
                using HttpResponseMessage document = await other.Client.Http.SendAsync(
                    KeyedService.Request(HttpMethod.Get, "/openapi/v1.json", key, (Header, prefix)));
                Assert.Equal("/", (string?)(await document.Content.ReadFromJsonAsync<JsonNode>())!["servers"]![0]!["url"]);
            }
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_setting_is_the_prefix_whether_a_proxy_takes_it_off_or_not()
    {
        string folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
        await using (ServiceProcess own = await ServiceProcess.Start(folder, ("PathBase", "/digits/of")))
        {
            using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
            http.BaseAddress = own.Client.Http.BaseAddress;
            foreach (string prefix in (string[])["", "/digits/of"])
            {
                using HttpResponseMessage made = await http.PostAsync(
                    $"{prefix}/v1/training-jobs", new StringContent(Job, MediaTypeHeaderValue.Parse("application/json")));
                string job = made.Headers.Location!.ToString();
                Assert.StartsWith("/digits/of/v1/training-jobs/", job);
                Assert.Equal(job, (string?)(await own.Client.Json(job))["links"]!["self"]);
                Assert.Equal("/digits/of", (string?)(await own.Client.Json($"{prefix}/openapi/v1.json"))["servers"]![0]!["url"]);
                Assert.Contains("\"page/app.js\"", await http.GetStringAsync($"{prefix}/"), StringComparison.Ordinal);
                Assert.Contains("href=\"/digits/of/\"", await http.GetStringAsync($"{prefix}/hangfire"), StringComparison.Ordinal);
            }

            using HttpResponseMessage moved = await http.GetAsync("/digits/of?x=1");
            Assert.Equal((HttpStatusCode.PermanentRedirect, "/digits/of/?x=1"), (moved.StatusCode, moved.Headers.Location?.ToString()));
            await Expect.Problem(HttpStatusCode.NotFound, await http.GetAsync("/digits/other/v1/training-jobs"));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("digits")]
    [InlineData("//evil.example")]
    [InlineData("/a b")]
    [InlineData("/..")]
    public async Task A_setting_that_is_no_path_stops_the_start_and_is_named(string value)
    {
        (int status, _, string errors) = await ServiceProcess.Run([], ("PathBase", value), ("ASPNETCORE_URLS", "http://127.0.0.1:0"));
        Assert.Equal(1, status);
        Assert.StartsWith($"PathBase is '{value}'; it must be a path", errors);
    }

    [GeneratedRegex("(?:href|src)=\"([^\"#]+)\"")]
    private static partial Regex Linked();

    private Task<HttpResponseMessage> Send(HttpClient http, HttpMethod method, string path, Role role) =>
        http.SendAsync(KeyedService.Request(method, path, service.Keys[role]));

    private async Task<HttpResponseMessage> Submit(HttpClient http, string path, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = KeyedService.Request(HttpMethod.Post, path, service.Keys[Role.Admin], headers);
        request.Content = new StringContent(Job, MediaTypeHeaderValue.Parse("application/json"));
        return await http.SendAsync(request);
    }
}
