using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Tests;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Api.Tests.Jobs;

[StartsProcesses]
public sealed class EventChangesTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    [Theory]
    [InlineData("sqlite")]
    [InlineData("postgres")]
    public async Task A_round_tells_what_was_written_to_each_job_since_the_last_and_nothing_twice(string provider)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        Guid before = await store.AddJob();
        JobLease ofBefore = (await store.Claim(before))!;
        Assert.True(await store.Recorder.EvaluatedAsync(ofBefore, new TrainingEvent.Evaluated(0, 0.5, 0.5, 0), elapsedSeconds: 1));
        EventChanges changes = await store.Ask(context => EventChanges.BeginAsync(context, CancellationToken.None));
        Assert.Empty(await Next());

        Guid young = await store.AddJob();
        JobLease ofYoung = (await store.Claim(young))!;
        foreach (int step in (int[])[0, 10, 20])
        {
            var point = new TrainingEvent.Evaluated(step, 0.25, 0.25, 0);
            Assert.True(await store.Recorder.EvaluatedAsync(ofYoung, point, elapsedSeconds: 1));
        }

        Assert.True(await store.Recorder.EvaluatedAsync(ofBefore, new TrainingEvent.Evaluated(10, 0.5, 0.5, 0), elapsedSeconds: 2));
        Assert.Equal(JobStatus.Failed, await store.Recorder.EndAsync(ofYoung, JobStatus.Failed, error: null));
        Assert.Equal(
            [(before, "progress", 10), (young, "progress", 0), (young, "progress", 10), (young, "progress", 20), (young, "ended", null)],
            await Next());
        Assert.Empty(await Next());

        Guid brief = await store.AddJob(); // made and ended between two rounds
        Assert.Equal(JobStatus.Failed, await store.Recorder.EndAsync((await store.Claim(brief))!, JobStatus.Failed, error: null));
        Assert.Equal([(brief, "ended", null)], await Next());

        async Task<IEnumerable<(Guid, string, int?)>> Next() =>
            (await store.Ask(context => changes.NextAsync(context, CancellationToken.None)))!
                .Select(happened => happened.Data switch
                {
                    ProgressEvent progress => (progress.JobId, happened.EventType, progress.Point?.Step),
                    EndedEvent ended => (ended.JobId, happened.EventType, (int?)null),
                    _ => throw new InvalidOperationException(happened.EventType),
                }).ToList();
    }
}
