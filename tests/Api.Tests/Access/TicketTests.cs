using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Access;

[Collection(KeyedCollection.Name)]
public sealed class TicketTests(KeyedService service)
{
    private const string Picture = "/v1/datasets/synthetic-digits/test/0.png";

    private static readonly string s_stream = $"/v1/training-jobs/{Guid.NewGuid()}/events";

    [Theory]
    [InlineData(null, 900)]
    [InlineData("{}", 900)]
    [InlineData("""{"seconds":1}""", 1)]
    [InlineData("""{"seconds":3600}""", 3_600)]
    public async Task A_ticket_lasts_as_long_as_was_asked_and_is_kept_by_no_cache(string? body, int seconds)
    {
        DateTime before = DateTime.UtcNow;
        using HttpResponseMessage response = await Post(service.Http, service.Keys[Role.Reader], body);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal("no-store, private", response.Headers.CacheControl?.ToString());
        JsonNode ticket = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(["ticket", "expiresAt"], ticket.AsObject().Select(field => field.Key));
        double lasts = ((DateTime)ticket["expiresAt"]! - before).TotalSeconds;
        Assert.InRange(lasts, seconds - 1, seconds + 60);
    }

    [Theory]
    [InlineData("""{"seconds":0}""")]
    [InlineData("""{"seconds":3601}""")]
    [InlineData("""{"seconds":"long"}""")]
    [InlineData("""{"hours":1}""")]
    public async Task A_ticket_of_another_life_is_refused(string body)
    {
        JsonNode problem = await Expect.Problem(HttpStatusCode.BadRequest, await Post(service.Http, service.Keys[Role.Reader], body));
        Assert.NotNull(problem["errors"]);
    }

    [Fact]
    public async Task A_ticket_reads_pictures_and_event_streams_and_a_page_of_a_named_origin_may_show_them()
    {
        string ticket = await Ticket(service.Http, service.Keys[Role.Admin]);
        using HttpResponseMessage picture = await service.Http.GetAsync($"{Picture}?scale=2&ticket={ticket}");
        Assert.Equal((56, 56), await Expect.Png(picture));
        Assert.Equal("cross-origin", picture.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        using HttpResponseMessage head = await service.Send(HttpMethod.Head, $"{Picture}?TICKET={ticket}", null);
        Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        await Expect.Problem(HttpStatusCode.NotFound, await service.Http.GetAsync($"{s_stream}?ticket={ticket}"));
        using HttpResponseMessage beside = await service.Send(HttpMethod.Get, $"{Picture}?ticket={ticket}", Role.Reader);
        Assert.Equal(HttpStatusCode.OK, beside.StatusCode);
    }

    [Fact]
    public async Task A_ticket_that_is_cut_foreign_or_given_twice_opens_nothing()
    {
        string ticket = await Ticket(service.Http, service.Keys[Role.Reader]);
        string[] wrong =
        [
            ticket[..^1], ticket[1..], ticket.ToUpperInvariant(), Api.Access.Ticket.Create(), service.Keys[Role.Reader], "", "x",
            $"{ticket}&ticket={ticket}",
        ];
        foreach (string path in (string[])[Picture, s_stream])
        {
            foreach (string value in wrong)
            {
                JsonNode problem = await Expect.Problem(HttpStatusCode.Unauthorized, await service.Http.GetAsync($"{path}?ticket={value}"));
                Assert.Contains("POST /v1/tickets", (string?)problem["detail"], StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("POST", "/v1/checkpoints/latest/reconstruction", HttpStatusCode.Forbidden)]
    [InlineData("POST", "/v1/tickets", HttpStatusCode.Forbidden)]
    [InlineData("DELETE", "/v1/checkpoints/latest", HttpStatusCode.Forbidden)]
    [InlineData("GET", "/v1/training-jobs", HttpStatusCode.Forbidden)]
    [InlineData("GET", "/v1/checkpoints/latest/weights", HttpStatusCode.Forbidden)]
    [InlineData("GET", "/metrics", HttpStatusCode.Forbidden)]
    [InlineData("GET", "/hangfire", HttpStatusCode.Forbidden)]
    [InlineData("PUT", Picture, HttpStatusCode.MethodNotAllowed)]
    public async Task A_ticket_is_for_GET_of_pictures_and_streams_alone(string method, string path, HttpStatusCode status)
    {
        string ticket = await Ticket(service.Http, service.Keys[Role.Admin]);
        JsonNode problem = await Expect.Problem(status, await service.Send(new HttpMethod(method), $"{path}?ticket={ticket}", null));
        if (status == HttpStatusCode.Forbidden)
        {
            Assert.Contains("ticket", (string?)problem["detail"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Beside_a_key_a_ticket_is_an_unknown_parameter_where_none_is_taken()
    {
        string ticket = await Ticket(service.Http, service.Keys[Role.Reader]);
        JsonNode problem = await Expect.Problem(
            HttpStatusCode.BadRequest, await service.Send(HttpMethod.Get, $"/v1/training-jobs?ticket={ticket}", Role.Reader));
        Assert.NotNull(problem["errors"]!["ticket"]);
    }

    [Fact]
    public async Task An_expired_ticket_opens_nothing()
    {
        string ticket = await Ticket(service.Http, service.Keys[Role.Reader], seconds: 1);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        HttpResponseMessage response;
        do
        {
            response = await service.Http.GetAsync($"{Picture}?ticket={ticket}", timeout.Token);
        }
        while (response.IsSuccessStatusCode);

        await Expect.Problem(HttpStatusCode.Unauthorized, response);
    }

    [Fact]
    public async Task Tickets_stand_neither_in_the_log_nor_in_the_store()
    {
        string ticket = await Ticket(service.Http, service.Keys[Role.Reader]);
        foreach (string query in (string[])[$"ticket={ticket}", $"%74icket={ticket}", $"scale=3&Ticket={ticket}&x=1"])
        {
            foreach (string path in (string[])[Picture, s_stream, "/v1/training-jobs", "/v1/nowhere"])
            {
                (await service.Http.GetAsync($"{path}?{query}")).Dispose();
            }
        }

        string log = service.Process.Output();
        Assert.Contains("Request starting HTTP/1.1 GET", log, StringComparison.Ordinal);
        Assert.Contains("?scale=3&x=1", log, StringComparison.Ordinal);
        Assert.DoesNotContain(ticket, log, StringComparison.Ordinal);
        string store = string.Concat(Directory.GetFiles(service.Folder, "*", SearchOption.AllDirectories).Select(Read));
        Assert.Contains(ApiKey.HashOf(ticket), store, StringComparison.Ordinal);
        Assert.DoesNotContain(ticket, store, StringComparison.Ordinal);

        static string Read(string path)
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var bytes = new MemoryStream();
            file.CopyTo(bytes);
            return Encoding.Latin1.GetString(bytes.ToArray());
        }
    }

    [Fact]
    public async Task A_ticket_outlives_the_process_and_not_its_key_and_is_counted_under_it()
    {
        string folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
        (string maker, string other) = (ApiKey.Create(), ApiKey.Create());
        (string, string)[] both = [.. KeyedService.Settings(0, maker, Role.Operator), .. KeyedService.Settings(1, other, Role.Admin)];
        string ticket;
        await using (ServiceProcess before = await ServiceProcess.Start(
            folder, [.. both, ("Limits__TicketsPerKey", "2"), ("Limits__EventReaders", "1")]))
        {
            HttpClient http = before.Client.Http;
            ticket = await Ticket(http, maker);
            await Ticket(http, maker);
            using HttpResponseMessage third = await Post(http, maker, null);
            await Expect.Problem(HttpStatusCode.TooManyRequests, third);
            Assert.NotNull(third.Headers.RetryAfter);
            await Ticket(http, other);

            using HttpRequestMessage submit = KeyedService.Request(HttpMethod.Post, "/v1/training-jobs", maker);
            submit.Content = JsonContent.Create(new { dataset = "synthetic-digits", steps = 100_000 });
            string events = $"{(await http.SendAsync(submit)).Headers.Location}/events";
            using HttpRequestMessage follow = KeyedService.Request(HttpMethod.Get, events, maker);
            using HttpResponseMessage stream = await http.SendAsync(follow, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
            await Expect.Problem(HttpStatusCode.TooManyRequests, await http.GetAsync($"{events}?ticket={ticket}"));
        }

        await using (ServiceProcess again = await ServiceProcess.Start(folder, both))
        {
            await Expect.Png(await again.Client.Http.GetAsync($"{Picture}?ticket={ticket}"));
        }

        await using (ServiceProcess after = await ServiceProcess.Start(folder, [.. KeyedService.Settings(0, other, Role.Admin)]))
        {
            await Expect.Problem(HttpStatusCode.Unauthorized, await after.Client.Http.GetAsync($"{Picture}?ticket={ticket}"));
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<HttpResponseMessage> Post(HttpClient http, string key, string? body)
    {
        using HttpRequestMessage request = KeyedService.Request(HttpMethod.Post, "/v1/tickets", key);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return await http.SendAsync(request);
    }

    private static async Task<string> Ticket(HttpClient http, string key, int seconds = 600)
    {
        using HttpResponseMessage response = await Post(http, key, $$"""{"seconds":{{seconds}}}""");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["ticket"]!;
    }
}

[Collection(TrainedCollection.Name)]
public sealed class TicketWithoutKeysTests(TrainedService trained)
{
    [Fact]
    public async Task A_service_without_keys_answers_a_ticket_too()
    {
        using HttpResponseMessage response = await trained.Service.Post("/v1/tickets", "");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        string ticket = (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["ticket"]!;
        await Expect.Png(await trained.Service.Http.GetAsync($"/v1/datasets/synthetic-digits/test/0.png?ticket={ticket}"));
    }
}
