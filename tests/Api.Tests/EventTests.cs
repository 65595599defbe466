using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests;

[Collection(TrainedCollection.Name)]
public sealed class EventTests(TrainedService trained)
{
    private ServiceClient Service => trained.Service;

    private string Events => (string)trained.Jobs["strided"]["links"]!["events"]!;

    [Fact]
    public async Task The_events_of_a_job_are_its_points_and_checkpoints_in_order_and_then_its_end()
    {
        List<SseItem<JsonNode>> events = await Service.Http.Follow(Events).ToListAsync();
        Assert.Equal(
            [0, 20, 40],
            events.Where(happened => happened.EventType == "progress").Select(happened => (int)happened.Data["point"]!["step"]!));
        Assert.Equal(
            [20, 40],
            events.Where(happened => happened.EventType == "checkpoint").Select(happened => (int)happened.Data["step"]!));
        Assert.Equal("ended", events[^1].EventType);
        Assert.Equal("succeeded", (string?)events[^1].Data["status"]);
        long[] ids = [.. events.Select(happened => long.Parse(happened.EventId!, null))];
        Assert.Equal(ids.Order().Distinct(), ids);
    }

    [Fact]
    public async Task Wherever_a_stream_broke_off_the_next_goes_on_behind_it()
    {
        List<SseItem<JsonNode>> all = await Service.Http.Follow(Events).ToListAsync();
        for (int i = 0; i < all.Count - 1; i++)
        {
            List<SseItem<JsonNode>> rest = await Service.Http.Follow(Events, all[i].EventId).ToListAsync();
            Assert.Equal(
                all[(i + 1)..].Select(happened => (happened.EventId, happened.Data.ToJsonString())),
                rest.Select(happened => (happened.EventId, happened.Data.ToJsonString())));
        }

        using HttpResponseMessage over = await Service.Http.Events(Events, all[^1].EventId);
        Assert.Equal(HttpStatusCode.NoContent, over.StatusCode);
    }

    [Fact]
    public async Task A_job_can_be_followed_while_it_runs_and_no_checkpoint_is_missed()
    {
        string path = await Service.Submit("""{"dataset":"synthetic-digits","steps":60,"checkpointEvery":5,"evaluateEvery":30}""");
        List<SseItem<JsonNode>> events = await Service.Http.Follow($"{path}/events").ToListAsync();
        Assert.Equal(
            Enumerable.Range(1, 12).Select(i => i * 5),
            events.Where(happened => happened.EventType == "checkpoint").Select(happened => (int)happened.Data["step"]!));
        Assert.Equal(
            [0, 30, 60],
            events.Where(happened => happened.Data["point"] is not null).Select(happened => (int)happened.Data["point"]!["step"]!));
        Assert.Equal("ended", events[^1].EventType);
    }

    [Fact]
    public async Task A_stream_ends_when_the_job_is_cancelled()
    {
        string running = await Service.Submit(
            """{"dataset":"synthetic-digits","steps":100000,"checkpointEvery":100000,"evaluateEvery":100000}"""
        );
        string queued = await Service.Submit("""{"dataset":"synthetic-digits","steps":5}""");
        using HttpResponseMessage response = await Service.Http.Events($"{queued}/events");
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        await Service.Post($"{queued}/cancel", "");
        Assert.Contains("event: ended", await reader.ReadToEndAsync(), StringComparison.Ordinal);
        await Service.Post($"{running}/cancel", "");
        await Service.Ended(running);
    }

    [Fact]
    public async Task A_stream_of_no_job_or_behind_no_event_is_answered_with_a_problem()
    {
        await Expect.Problem(HttpStatusCode.NotFound, await Service.Http.Events($"/v1/training-jobs/{Guid.Empty}/events"));
        foreach (string id in (string[])["x", "-1", "999999", "1.0"])
        {
            await Expect.Problem(HttpStatusCode.BadRequest, await Service.Http.Events(Events, id));
        }
    }
}
