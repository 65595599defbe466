using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AutoencoderApi.Api.Access;

namespace AutoencoderApi.Api.Tests.Access;

[Collection(KeyedCollection.Name)]
public sealed partial class BrowserTests(KeyedService service)
{
    [Theory]
    [InlineData("/v1/training-jobs", false)]
    [InlineData("/v1/nowhere", false)]
    [InlineData("/openapi/v1.json", false)]
    [InlineData("/", true)]
    [InlineData("/page/app.js", true)]
    [InlineData("/swagger/index.html", true)]
    [InlineData("/swagger/swagger-ui.css", true)]
    [InlineData("/hangfire", true)]
    public async Task Every_answer_bounds_what_a_browser_may_do_with_it(string path, bool isPage)
    {
        foreach (Role? role in (Role?[])[null, Role.Reader, Role.Admin])
        {
            using HttpResponseMessage response = await service.Send(HttpMethod.Get, path, role);
            Assert.Equal("nosniff", Header("X-Content-Type-Options"));
            Assert.Equal("DENY", Header("X-Frame-Options"));
            Assert.Equal("no-referrer", Header("Referrer-Policy"));
            bool isShared = path.StartsWith("/v1", StringComparison.Ordinal); // as CORS allows it here
            Assert.Equal(isShared ? "cross-origin" : "same-origin", Header("Cross-Origin-Resource-Policy"));
            string policy = Header("Content-Security-Policy");
            Assert.StartsWith("default-src 'none';", policy);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal(isPage, policy.Contains("script-src 'self'", StringComparison.Ordinal));
            Assert.False(response.Headers.Contains("Server"));

            string Header(string name) => response.Headers.GetValues(name).Single();
        }
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/swagger/index.html")]
    [InlineData("/hangfire")]
    public async Task The_pages_have_no_inline_script_or_style(string path)
    {
        string html = await (await service.Send(HttpMethod.Get, path, Role.Admin)).Content.ReadAsStringAsync();
        Assert.Contains("<script src=", html, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script(?! src=)|<style| style=| on[a-z]+=", html);
    }

    [Fact]
    public async Task A_named_origin_may_call_from_a_browser_and_no_other()
    {
        (string, string)[] preflight =
        [
            ("Access-Control-Request-Method", "POST"),
            ("Access-Control-Request-Headers", "x-api-key,content-type"),
        ];
        using HttpResponseMessage named = await service.Send(
            HttpMethod.Options,
            "/v1/training-jobs",
            null,
            [("Origin", KeyedService.CorsOrigin), .. preflight]);
        Assert.Equal(HttpStatusCode.NoContent, named.StatusCode);
        Assert.Equal(KeyedService.CorsOrigin, named.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("x-api-key", named.Headers.GetValues("Access-Control-Allow-Headers").Single(), StringComparison.Ordinal);
        Assert.False(named.Headers.Contains("Access-Control-Allow-Credentials"));
        Assert.Equal("7200", named.Headers.GetValues("Access-Control-Max-Age").Single());
        using HttpResponseMessage other = await service.Send(
            HttpMethod.Options,
            "/v1/training-jobs",
            null,
            [("Origin", "https://other.example"), .. preflight]
        );
        Assert.False(other.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_named_origin_may_read_every_header_that_an_operation_declares()
    {
        using HttpResponseMessage response = await service.Send(
            HttpMethod.Get, "/openapi/v1.json", Role.Reader, ("Origin", KeyedService.CorsOrigin));
        string[] exposed = response.Headers.GetValues("Access-Control-Expose-Headers").Single().Split(',');
        JsonNode document = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        IEnumerable<JsonNode?> responses = document["paths"]!.AsObject()
            .SelectMany(path => path.Value!.AsObject())
            .SelectMany(operation => operation.Value!["responses"]!.AsObject())
            .Concat(document["components"]!["responses"]!.AsObject())
            .Select(declared => declared.Value);
        string[] declared = [.. responses.SelectMany(one => one!["headers"]?.AsObject().Select(header => header.Key) ?? []).Distinct()];
        Assert.Contains("ETag", declared);
        Assert.Empty(declared.Except(exposed));
    }

    [Theory]
    [InlineData(KeyedService.CorsOrigin, null, HttpStatusCode.NotFound)]
    [InlineData(KeyedService.CorsOrigin, "cross-site", HttpStatusCode.NotFound)]
    [InlineData(null, null, HttpStatusCode.NotFound)]
    [InlineData("https://other.example", null, HttpStatusCode.Forbidden)]
    [InlineData("https://other.example", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData(null, "cross-site", HttpStatusCode.Forbidden)]
    public async Task A_key_that_a_proxy_may_have_added_excuses_no_page_of_another_site(
        string? origin, string? fetchSite, HttpStatusCode status)
    {
        (string, string)[] headers = [.. Given("Origin", origin), .. Given("Sec-Fetch-Site", fetchSite)];
        await Expect.Problem(
            status, await service.Send(HttpMethod.Post, $"/v1/training-jobs/{Guid.NewGuid()}/cancel", Role.Operator, headers));

        static IEnumerable<(string Name, string Value)> Given(string name, string? value) => value is null ? [] : [(name, value)];
    }

    [Fact]
    public async Task A_page_of_another_site_cannot_use_the_dashboards_password()
    {
        string password = "Basic " + Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($":{service.Keys[Role.Admin]}"));
        await Expect.Problem(
            HttpStatusCode.Forbidden,
            await service.Send(HttpMethod.Post, "/hangfire/stats", null, ("Authorization", password), ("Origin", "https://other.example"))
        );
    }

    [Fact]
    public async Task The_dashboards_posts_need_its_antiforgery_token()
    {
        string key = service.Keys[Role.Admin];
        using var browser = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = service.Http.BaseAddress };
        using HttpResponseMessage page = await browser.SendAsync(KeyedService.Request(HttpMethod.Get, "/hangfire", key));
        string cookie = page.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        string token = CsrfToken().Match(await page.Content.ReadAsStringAsync()).Groups[1].Value;
        (string, string)[] cookies = [("Cookie", cookie.Split(';')[0])];

        foreach ((HttpStatusCode status, (string, string)[] headers) in ((HttpStatusCode, (string, string)[])[])
                [
                    (HttpStatusCode.Forbidden, []),
                    (HttpStatusCode.Forbidden, cookies),
                    (HttpStatusCode.OK, [.. cookies, ("RequestVerificationToken", token)]),
                ])
        {
            using HttpRequestMessage post = KeyedService.Request(HttpMethod.Post, "/hangfire/stats", key, headers);
            post.Content = new FormUrlEncodedContent([new("metrics[]", "servers:count")]);
            using HttpResponseMessage response = await browser.SendAsync(post);
            Assert.Equal(status, response.StatusCode);
        }
    }

    [GeneratedRegex("csrf-token\" content=\"([^\"]+)\"")]
    private static partial Regex CsrfToken();
}
