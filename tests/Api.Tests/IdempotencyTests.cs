using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AutoencoderApi.Api.Tests;

[Collection(TrainedCollection.Name)]
public sealed class IdempotencyTests(TrainedService trained)
{
    private HttpClient Client => trained.Service.Http;

    [Fact]
    public async Task The_same_key_and_body_are_answered_with_the_first_answer_and_make_one_job()
    {
        using HttpResponseMessage first = await Submit("once", Body("once"));
        await trained.Service.Ended(first.Headers.Location!.ToString());
        using HttpResponseMessage again = await Submit("once", Body("once").Replace(",", " , ", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.Equal(first.Headers.RetryAfter!.ToString(), again.Headers.RetryAfter!.ToString());
        Assert.Equal(first.Content.Headers.ContentType, again.Content.Headers.ContentType);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        Assert.Equal(1, await JobsCalled("once"));
    }

    [Fact]
    public async Task Of_many_at_once_one_makes_the_job_and_all_get_its_answer()
    {
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Submit("crowd", Body("crowd"))));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode));
        Assert.Single(answers.Select(answer => answer.Headers.Location!.ToString()).Distinct());
        Assert.Equal(1, await JobsCalled("crowd"));
    }

    [Fact]
    public async Task A_key_that_belongs_to_another_request_is_refused()
    {
        await Submit("taken", Body("taken"));
        JsonNode problem = await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Submit("taken", Body("other")));
        Assert.Equal("urn:autoencoder-api:problem:idempotency-key-reused", (string?)problem["type"]);
        Assert.Equal(0, await JobsCalled("other"));
        byte[] file = await Client.GetByteArrayAsync($"{trained.CheckpointOf("strided")}/weights");
        await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Import("taken", file));
    }

    [Fact]
    public async Task A_refused_request_does_not_use_up_its_key()
    {
        await Expect.Problem(HttpStatusCode.BadRequest, await Submit("corrected", """{"steps":0}"""));
        Assert.Equal(HttpStatusCode.Accepted, (await Submit("corrected", Body("corrected"))).StatusCode);
    }

    [Fact]
    public async Task An_import_under_the_same_key_makes_one_checkpoint()
    {
        byte[] file = await Client.GetByteArrayAsync($"{trained.CheckpointOf("strided")}/weights");
        using HttpResponseMessage first = await Import("import", file), again = await Import("import", file);
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
        await Client.DeleteAsync(first.Headers.Location);
    }

    [Fact]
    public async Task After_24_hours_a_key_is_free_again()
    {
        using HttpResponseMessage first = await Submit("old", Body("old"));
        var stores = trained.Inside.GetRequiredService<IDbContextFactory<AppDbContext>>();
        await using AppDbContext store = await stores.CreateDbContextAsync(TestContext.Current.CancellationToken);
        DateTime almost = DateTime.UtcNow.AddHours(-23.9), past = DateTime.UtcNow.AddHours(-24.1);
        await Age(almost);
        Assert.Equal(first.Headers.Location, (await Submit("old", Body("old"))).Headers.Location);
        await Age(past);
        Assert.NotEqual(first.Headers.Location, (await Submit("old", Body("old"))).Headers.Location);

        Task Age(DateTime time) =>
            store.IdempotencyKeys.Where(row => row.Key == "old").ExecuteUpdateAsync(set => set.SetProperty(row => row.CreatedAt, time));
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("tab\tbed")]
    public async Task A_key_that_is_not_visible_ASCII_is_refused(string key) =>
        await Expect.Problem(HttpStatusCode.BadRequest, await Submit(key, Body("bad")));

    [Fact]
    public async Task A_key_may_have_255_characters_and_no_more()
    {
        await Expect.Problem(HttpStatusCode.BadRequest, await Submit(new string('k', 256), Body("long")));
        Assert.Equal(HttpStatusCode.Accepted, (await Submit(new string('k', 255), Body("long"))).StatusCode);
    }

    private static string Body(string name) => $$"""{"name":"{{name}}","dataset":"synthetic-digits","steps":1}""";

    private async Task<int> JobsCalled(string name) =>
        (await trained.Service.Json($"/v1/training-jobs?name={name}"))["items"]!.AsArray().Count;

    private Task<HttpResponseMessage> Submit(string key, string body) =>
        Post("/v1/training-jobs", key, new StringContent(body, MediaTypeHeaderValue.Parse("application/json")));

    private Task<HttpResponseMessage> Import(string key, byte[] file) =>
        Post(
            "/v1/checkpoints",
            key,
            new ByteArrayContent(file) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } });

    private async Task<HttpResponseMessage> Post(string path, string key, HttpContent body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await Client.SendAsync(request);
    }
}
