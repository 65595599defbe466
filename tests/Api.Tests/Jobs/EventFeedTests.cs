using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Jobs;

namespace AutoencoderApi.Api.Tests.Jobs;

[Collection(TrainedCollection.Name)]
public sealed class EventFeedTests(TrainedService trained)
{
    private const string Events = "/v1/events";
    private const string Short = """{"dataset":"synthetic-digits","steps":40,"warmupSteps":20,"evaluateEvery":20,"checkpointEvery":20}""";

    private ServiceClient Service => trained.Service;

    [Fact]
    public async Task One_stream_tells_of_all_jobs_what_the_stream_of_each_tells()
    {
        await using Following all = await Following.On(Service);
        string[] paths = [await Service.Submit(Short), await Service.Submit(Short)];
        List<SseItem<JsonNode>> told = await all.UntilEnded(paths);
        foreach (string path in paths)
        {
            List<SseItem<JsonNode>> own = await Service.Http.Follow($"{path}/events").ToListAsync();
            SseItem<JsonNode>[] ofJob = [.. told.Where(happened => JobOf(happened) == path)];
            Assert.Equal(own.Where(IsLasting).Select(Brief), ofJob.Where(IsLasting).Select(Brief));
            Assert.Equal("ended", ofJob[^1].EventType);
            Assert.Equal("progress", ofJob[0].EventType);
        }

        Assert.All(told, happened => Assert.False(string.IsNullOrEmpty(happened.EventId)));
    }

    [Fact]
    public async Task Wherever_the_stream_broke_off_the_next_goes_on_behind_it()
    {
        await using Following first = await Following.On(Service);
        string path = await Service.Submit(Short);
        SseItem<JsonNode>[] told = [.. (await first.UntilEnded(path)).Where(happened => JobOf(happened) == path)];
        for (int i = 0; i < told.Length - 1; i++)
        {
            await using Following next = await Following.On(Service, told[i].EventId);
            List<SseItem<JsonNode>> rest = await next.UntilEnded(path);
            Assert.Equal(
                told[(i + 1)..].Where(IsLasting).Select(Brief),
                rest.Where(happened => JobOf(happened) == path && IsLasting(happened)).Select(Brief));
        }

        await using Following last = await Following.On(Service, told[^1].EventId);
        string another = await Service.Submit("""{"dataset":"synthetic-digits","steps":1}""");
        Assert.DoesNotContain(await last.UntilEnded(another), happened => JobOf(happened) == path);
    }

    [Fact]
    public async Task What_happened_while_nobody_read_is_told_to_a_reader_that_comes_again()
    {
        string? id;
        await using (Following before = await Following.On(Service))
        {
            string known = await Service.Submit("""{"dataset":"synthetic-digits","steps":1}""");
            id = (await before.UntilEnded(known))[^1].EventId;
        }

        using HttpResponseMessage made = await Service.Post(
            "/v1/experiments", """{"common":{"dataset":"synthetic-digits","steps":3,"channels":[1,1]},"jobs":[{},{}]}""");
        string experiment = made.Headers.Location!.ToString();
        JsonNode ended = await Service.Await(experiment, state => (string?)state["status"] == "ended");
        string[] paths = [.. ended["jobs"]!.AsArray().Select(job => (string)job!["job"]!)];

        await using Following after = await Following.On(Service, id);
        List<SseItem<JsonNode>> told = await after.Until(happened =>
            happened.EventType == "experiment" && (string?)happened.Data["status"] == "ended"
            && (string?)happened.Data["links"]!["self"] == experiment);
        foreach (string path in paths)
        {
            List<SseItem<JsonNode>> own = await Service.Http.Follow($"{path}/events").ToListAsync();
            Assert.Equal(
                own.Where(IsLasting).Select(Brief),
                told.Where(happened => JobOf(happened) == path && IsLasting(happened)).Select(Brief));
        }
    }

    [Fact]
    public async Task A_new_reader_is_told_what_runs_and_when_an_experiment_is_made_and_ends()
    {
        string running = await Service.Submit("""{"dataset":"synthetic-digits","steps":100000,"evaluateEvery":100000}""");
        await Service.Await(running, job => (string?)job["status"] == "running");
        await using Following all = await Following.On(Service);
        await all.Until(happened => happened.EventType == "progress" && JobOf(happened) == running);
        using HttpResponseMessage made = await Service.Post(
            "/v1/experiments", """{"name":"told","common":{"dataset":"synthetic-digits","steps":1,"channels":[1,1]},"jobs":[{}]}""");
        string self = made.Headers.Location!.ToString();
        await all.Until(happened => IsExperiment(happened, "running"));
        await Service.Post($"{running}/cancel", "");
        List<SseItem<JsonNode>> rest = await all.Until(happened => IsExperiment(happened, "ended"));
        Assert.Contains(rest, happened => happened.EventType == "ended" && JobOf(happened) == running);

        bool IsExperiment(SseItem<JsonNode> happened, string status) =>
            happened.EventType == "experiment"
            && (string?)happened.Data["links"]!["self"] == self && (string?)happened.Data["status"] == status;
    }

    [Theory]
    [InlineData("x")]
    [InlineData("25")]
    [InlineData("AAAAAAAAAAAA")]
    [InlineData("__________8")]
    [InlineData("AAAA AAAAAA")]
    public async Task An_id_of_no_event_of_the_stream_is_refused(string id)
    {
        JsonNode problem = await Expect.Problem(HttpStatusCode.BadRequest, await Service.Http.Events(Events, id));
        Assert.NotNull(problem["errors"]!["Last-Event-ID"]);
    }

    [Fact]
    public void A_cursor_of_many_jobs_fits_into_a_header_and_leaves_out_what_ended_first()
    {
        DateTime now = new(2026, 11, 27, 12, 0, 0, DateTimeKind.Utc);
        var cursor = new EventCursor(now);
        Guid[] running = [.. Enumerable.Range(0, 100).Select(_ => Guid.CreateVersion7())];
        Guid[] ended = [.. Enumerable.Range(0, 500).Select(_ => Guid.CreateVersion7())];
        Array.ForEach(running, id => cursor.Received(id, 7));
        foreach ((int i, Guid id) in ended.Index())
        {
            cursor.Ended(id, 9, now.AddMilliseconds(i));
        }

        Assert.InRange(cursor.ToString().Length, 8_000, 8_300);
        Assert.True(EventCursor.TryParse(cursor.ToString(), out EventCursor read));
        Assert.Equal(now, read.Since);
        Assert.All(running, id => Assert.Equal((7L, false), (read.VersionOf(id), read.HasEnded(id))));
        Assert.Equal(ended[88..], ended.Where(read.HasEnded));
    }

    private static bool IsLasting(SseItem<JsonNode> happened) => happened.EventType != "progress" || happened.Data["point"] is not null;

    private static (string, int?) Brief(SseItem<JsonNode> happened) =>
        (happened.EventType, (int?)(happened.Data["point"] ?? happened.Data)["step"]);

    private static string JobOf(SseItem<JsonNode> happened) => $"/v1/training-jobs/{happened.Data["jobId"]}";

    /// <summary>A reader of the stream, which it leaves at the end.</summary>
    private sealed class Following : IAsyncDisposable
    {
        private readonly HttpResponseMessage _response;
        private readonly SseParser<JsonNode> _parser;
        private readonly IAsyncEnumerator<SseItem<JsonNode>> _events;

        private Following(HttpResponseMessage response, Stream stream)
        {
            _response = response;
            _parser = SseParser.Create(stream, (_, data) => JsonNode.Parse(data)!);
            _events = _parser.EnumerateAsync().GetAsyncEnumerator();
        }

        public static async Task<Following> On(ServiceClient service, string? lastEventId = null)
        {
            HttpResponseMessage response = await service.Http.Events(Events, lastEventId);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal("no", response.Headers.GetValues("X-Accel-Buffering").Single());
            return new Following(response, await response.Content.ReadAsStreamAsync());
        }

        public async Task<List<SseItem<JsonNode>>> Until(Func<SseItem<JsonNode>, bool> last)
        {
            List<SseItem<JsonNode>> told = [];
            do
            {
                Assert.True(await _events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(120)), "the stream has ended");
                told.Add(new SseItem<JsonNode>(_events.Current.Data, _events.Current.EventType) { EventId = _parser.LastEventId });
            }
            while (!last(told[^1]));

            return told;
        }

        public async Task<List<SseItem<JsonNode>>> UntilEnded(params string[] paths)
        {
            HashSet<string> left = [.. paths];
            return await Until(happened => happened.EventType == "ended" && left.Remove(JobOf(happened)) && left.Count == 0);
        }

        public ValueTask DisposeAsync()
        {
            _response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
