using System.Diagnostics;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Tests;

namespace AutoencoderApi.Faults.Tests;

/// <summary>Several workers on one PostgreSQL.</summary>
[Collection(OneAtATime.Name)]
public sealed class WorkerTests(References references, PostgresServer postgres, Report report)
{
    [Fact]
    public async Task A_job_that_is_handed_to_two_workers_is_run_by_one()
    {
        await using var drill = new Drill("two-workers", await Store.CreateAsync("postgres", postgres));
        drill.Start("api");
        string[] jobs = await Task.WhenAll(JobKind.Short.Select(drill.SubmitAsync));

        while (await drill.Store.ExecuteAsync("UPDATE hangfire.jobqueue SET queue = queue") < jobs.Length)
        {
            await Task.Delay(20); // a job's entry follows the answer to its POST
        }

        // Entries of their own: one more place in the queue for the same entry is dropped by Hangfire where the first has succeeded already.
        await drill.Store.ExecuteAsync("""
            WITH twin AS (
                INSERT INTO hangfire.job (invocationdata, arguments, createdat, statename)
                SELECT invocationdata, arguments, createdat, 'Enqueued' FROM hangfire.job RETURNING id)
            INSERT INTO hangfire.jobqueue (jobid, queue) SELECT id, 'default' FROM twin
            """);
        drill.CountFault();
        drill.Start("worker");
        drill.Start("worker");
        report.Expect("a job handed to two workers, postgres", await new Judge(references).JudgeAsync(drill));
        foreach (string job in jobs)
        {
            JsonNode ended = await drill.JsonAsync(job);
            Assert.Equal(1, (int)ended["attempt"]!);
            await drill.AwaitAsync(job, _ => drill.Attempts.Refusals((string)ended["id"]!) != 0); // the second entry may still wait its turn
            Assert.NotEqual(0, drill.Attempts.Refusals((string)ended["id"]!));
        }
    }

    [Fact]
    public async Task A_job_of_a_killed_worker_runs_again_within_30_seconds()
    {
        await using var drill = new Drill("killed-worker", await Store.CreateAsync("postgres", postgres));
        drill.Start("api");
        Node first = drill.Start("worker");
        await drill.AwaitAsync(await drill.SubmitAsync(JobKind.Long), IsWellUnderWay);
        drill.Start("worker");
        await drill.KillAsync(first);
        Verdict verdict = await new Judge(references).JudgeAsync(drill);
        report.Expect("a worker killed, another idle, postgres", verdict);
        Assert.InRange(Assert.Single(verdict.TakeOvers), 0, 30);
    }

    [Fact]
    public async Task A_worker_frozen_past_its_lease_writes_nothing_when_it_wakes_and_stops_within_6_seconds()
    {
        await using var drill = new Drill("frozen-worker", await Store.CreateAsync("postgres", postgres));
        drill.Start("api");
        Node frozen = drill.Start("worker");
        string job = await drill.SubmitAsync(JobKind.Long);
        await drill.AwaitAsync(job, IsWellUnderWay);
        frozen.Signal("STOP");
        drill.CountFault();
        drill.Start("worker");
        await drill.AwaitAsync(job, state => (int)state["attempt"]! == 2 && IsWellUnderWay(state));

        // The other worker is busy: only one that has let go of the first job can take the second.
        string second = await drill.SubmitAsync(JobKind.Strided);
        frozen.Signal("CONT");
        long woken = Stopwatch.GetTimestamp();
        while (drill.Attempts.NodeOf(second.Split('/')[^1], attempt: 1) != frozen)
        {
            Assert.InRange(Stopwatch.GetElapsedTime(woken).TotalSeconds, 0, 6);
            await Task.Delay(20);
        }

        report.Expect("a worker frozen past its lease, postgres", await new Judge(references).JudgeAsync(drill));
        Assert.Equal(2, (int)(await drill.JsonAsync(job))["attempt"]!);
    }

    [Fact]
    public async Task Workers_whose_clocks_are_an_hour_off_steal_no_job_and_take_over_a_dead_ones_within_30_seconds()
    {
        Assert.SkipUnless(WrongClock.IsInstalled, "libfaketime is missing: apt-get install libfaketime");
        await using var drill = new Drill("wrong-clocks", await Store.CreateAsync("postgres", postgres));
        drill.Start("api");
        Node ahead = drill.Start("worker", clock: new WrongClock("+1h")), behind = drill.Start("worker", clock: new WrongClock("-1h"));
        drill.CountFault();
        string[] jobs = [await drill.SubmitAsync(JobKind.Long), await drill.SubmitAsync(JobKind.Long)];
        foreach (string job in jobs)
        {
            Assert.Equal(1, (int)(await drill.AwaitAsync(job, HasOutlivedASweep))!["attempt"]!);
        }

        string ofAhead = jobs.Single(job => drill.Attempts.NodeOf(job.Split('/')[^1], attempt: 1) == ahead);
        string ofBehind = jobs.Single(job => drill.Attempts.NodeOf(job.Split('/')[^1], attempt: 1) == behind);
        await drill.KillAsync(ahead);
        Verdict verdict = await new Judge(references).JudgeAsync(drill);
        report.Expect("workers' clocks an hour ahead and behind, one killed, postgres", verdict);
        Assert.InRange(Assert.Single(verdict.TakeOvers), 0, 30);
        Assert.Equal(2, (int)(await drill.JsonAsync(ofAhead))["attempt"]!);
        Assert.Equal(1, (int)(await drill.JsonAsync(ofBehind))["attempt"]!);
    }

    /// <summary>After the seconds that this takes, each worker has looked for stranded jobs at least once.</summary>
    private static bool HasOutlivedASweep(JsonNode job) => (int)job["progress"]!["step"]! > 2000;

    private static bool IsWellUnderWay(JsonNode job) => (int)job["progress"]!["step"]! > 150;
}
