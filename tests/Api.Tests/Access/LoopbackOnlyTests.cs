using System.Net;

namespace AutoencoderApi.Api.Tests.Access;

/// <summary>The rules of a service without keys.</summary>
[Collection(TrainedCollection.Name)]
public sealed class LoopbackOnlyTests(TrainedService trained)
{
    /// <summary>With the status for callers on this machine.</summary>
    private static readonly Dictionary<string, HttpStatusCode> s_paths = new()
    {
        ["/v1/training-jobs"] = HttpStatusCode.OK,
        ["/v1/nowhere"] = HttpStatusCode.NotFound,
        ["/hangfire"] = HttpStatusCode.OK,
        ["/swagger/index.html"] = HttpStatusCode.OK,
        ["/openapi/v1.json"] = HttpStatusCode.OK,
        ["/health/live"] = HttpStatusCode.OK,
        ["/health/ready"] = HttpStatusCode.OK,
    };

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("192.0.2.7", false)]
    [InlineData("2001:db8::7", false)]
    public async Task Only_callers_on_this_machine_are_let_in(string address, bool letIn)
    {
        foreach ((string path, HttpStatusCode status) in s_paths)
        {
            using HttpResponseMessage response = await Send(HttpMethod.Get, path, (Service.PretendedAddress, address));
            if (letIn)
            {
                Assert.Equal((path, status), (path, response.StatusCode));
            }
            else
            {
                await Expect.Problem(HttpStatusCode.Forbidden, response);
            }
        }
    }

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-For", "192.0.2.7")]
    [InlineData("X-Forwarded-For", "")]
    [InlineData("X-Forwarded-Host", "localhost")]
    [InlineData("x-forwarded-proto", "https")]
    [InlineData("X-Original-For", "127.0.0.1:80")]
    [InlineData("X-Real-IP", "127.0.0.1")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("Via", "1.1 proxy")]
    public async Task Whoever_came_through_a_proxy_is_not_taken_for_a_caller_on_this_machine(string header, string value)
    {
        foreach (string path in s_paths.Keys)
        {
            await Expect.Problem(HttpStatusCode.Forbidden, await Send(HttpMethod.Get, path, (header, value)));
        }
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:8080", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("[::1]:8080", true)]
    [InlineData("digits.example", false)]
    [InlineData("digits.example:8080", false)]
    [InlineData("localhost.digits.example", false)]
    [InlineData("127.0.0.1.digits.example", false)]
    [InlineData("192.0.2.7", false)]
    public async Task A_name_that_a_stranger_pointed_at_this_machine_opens_nothing(string host, bool letIn)
    {
        using HttpResponseMessage response = await Send(HttpMethod.Get, "/v1/training-jobs", ("Host", host));
        Assert.Equal(letIn ? HttpStatusCode.OK : HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Theory]
    [InlineData(null, "https://digits.example", false)]
    [InlineData(null, "http://localhost:1", false)]
    [InlineData(null, "null", false)]
    [InlineData("cross-site", "https://digits.example", false)]
    [InlineData("same-site", null, false)]
    [InlineData("cross-site", null, false)]
    [InlineData("same-origin", null, true)]
    [InlineData("none", null, true)]
    [InlineData(null, null, true)]
    [InlineData(null, "self", true)]
    public async Task A_page_of_another_site_changes_nothing(string? fetchSite, string? origin, bool letIn)
    {
        string path = $"/v1/training-jobs/{Guid.NewGuid()}/cancel";
        string? from = origin == "self" ? trained.Service.Http.BaseAddress!.GetLeftPart(UriPartial.Authority) : origin;
        using HttpResponseMessage response = await Send(
            HttpMethod.Post,
            path,
            [.. Given("Sec-Fetch-Site", fetchSite), .. Given("Origin", from)]);
        await Expect.Problem(letIn ? HttpStatusCode.NotFound : HttpStatusCode.Forbidden, response);

        static IEnumerable<(string Name, string Value)> Given(string name, string? value) => value is null ? [] : [(name, value)];
    }

    [Fact]
    public async Task No_origin_is_told_that_it_may_read()
    {
        using HttpResponseMessage response = await Send(HttpMethod.Get, "/v1/training-jobs", ("Origin", "https://digits.example"));
        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
        Assert.Equal("same-origin", response.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
    }

    private async Task<HttpResponseMessage> Send(HttpMethod method, string path, params (string Name, string Value)[] headers) =>
        await trained.Service.Http.SendAsync(KeyedService.Request(method, path, null, headers));
}
