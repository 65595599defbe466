using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AutoencoderApi.Api.Tests;

[Collection(TrainedCollection.Name)]
public sealed class PollingTests(TrainedService trained)
{
    private const string Long = """{"dataset":"synthetic-digits","steps":100000,"checkpointEvery":100000,"evaluateEvery":100000}""";
    private const string Short = """{"dataset":"synthetic-digits","steps":5}""";

    private ServiceClient Service => trained.Service;

    [Fact]
    public async Task A_job_or_checkpoint_that_has_not_changed_is_answered_with_304()
    {
        foreach (string path in (string[])[$"/v1/training-jobs/{trained.Jobs["dense"]["id"]}", trained.CheckpointOf("dense")])
        {
            using HttpResponseMessage first = await Get(path);
            Assert.False(first.Headers.ETag!.IsWeak);
            using HttpResponseMessage again = await Get(path, first.Headers.ETag.Tag);
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
            Assert.Equal(first.Headers.ETag, again.Headers.ETag);
            Assert.Empty(await again.Content.ReadAsByteArrayAsync());
            Assert.Equal(HttpStatusCode.OK, (await Get(path, "\"another\"")).StatusCode);
        }
    }

    [Fact]
    public async Task An_ended_job_is_never_waited_for_and_has_no_Retry_After()
    {
        using HttpResponseMessage response = await Get($"/v1/training-jobs/{trained.Jobs["dense"]["id"]}", prefer: "wait=30");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.Contains("Preference-Applied"));
        Assert.Null(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_held_answer_comes_when_the_job_changes_here_or_in_another_process_and_else_when_the_time_is_up()
    {
        string running = await Service.Submit(Long), queued = await Service.Submit(Short), paused = await Service.Submit(Short);
        try
        {
            await Service.Post($"{paused}/pause", "");
            using HttpResponseMessage before = await Get(paused);
            Assert.NotNull(before.Headers.RetryAfter);
            long began = Stopwatch.GetTimestamp();
            using HttpResponseMessage unchanged = await Get(paused, before.Headers.ETag!.Tag, "wait=1");
            Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
            Assert.Equal("wait=1", unchanged.Headers.GetValues("Preference-Applied").Single());
            Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0.9, 25);

            using HttpResponseMessage inQueue = await Get(queued);
            string etag = inQueue.Headers.ETag!.Tag;
            Task<HttpResponseMessage>[] held =
            [
                .. Enumerable.Range(0, 20).Select(_ => Get(queued, etag, "respond-async, wait=600")),
                Get(queued, prefer: "wait=30"),
            ];
            await Task.Delay(300, TestContext.Current.CancellationToken);
            Assert.DoesNotContain(held, answer => answer.IsCompleted);
            await ChangeBehindTheBackOfTheService(queued);
            foreach (HttpResponseMessage answer in await Task.WhenAll(held))
            {
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.Equal("wait=30", answer.Headers.GetValues("Preference-Applied").Single());
                etag = answer.Headers.ETag!.Tag;
            }

            Task<HttpResponseMessage> last = Get(queued, etag, "wait=30");
            await Service.Post($"{queued}/cancel", "");
            Assert.Equal("cancelled", (string?)JsonNode.Parse(await (await last).Content.ReadAsStringAsync())!["status"]);
        }
        finally
        {
            foreach (string job in new[] { paused, queued, running })
            {
                await Service.Post($"{job}/cancel", "");
            }
        }

        await Service.Ended(running);
    }

    [Theory]
    [InlineData("wait=soon")]
    [InlineData("wait=-1")]
    [InlineData("wait")]
    [InlineData("return=minimal")]
    [InlineData(",;=\"")]
    public async Task A_preference_that_makes_no_sense_is_ignored(string prefer)
    {
        string path = await Service.Submit(Short);
        using HttpResponseMessage response = await Get(path, prefer: prefer);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.False(response.Headers.Contains("Preference-Applied"));
    }

    private async Task ChangeBehindTheBackOfTheService(string path)
    {
        var id = Guid.Parse(path.Split('/')[^1]);
        await using AppDbContext store = await trained.Inside.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync();
        await store.Jobs.Where(job => job.Id == id).ExecuteUpdateAsync(set => set.SetProperty(job => job.Version, job => job.Version + 1));
    }

    private async Task<HttpResponseMessage> Get(string path, string? ifNoneMatch = null, string? prefer = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach ((string name, string? value) in new[] { ("If-None-Match", ifNoneMatch), ("Prefer", prefer) })
        {
            if (value is not null) // the client would send an empty header
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return await Service.Http.SendAsync(request);
    }
}
