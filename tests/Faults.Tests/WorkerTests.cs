using System.Diagnostics;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Tests;

namespace AutoencoderApi.Faults.Tests;

/// <summary>Several workers on one PostgreSQL.</summary>
[Collection(OneAtATime.Name)]
public sealed class WorkerTests(BaselineRuns baselines, PostgresServer postgres, Report report)
{
    [Fact]
    public async Task A_job_that_is_handed_to_two_workers_is_run_by_one()
    {
        await using FaultScenario scenario = new FaultScenario("two-workers", await Store.CreateAsync("postgres", postgres));
        scenario.Start("api");
        string[] jobs = await Task.WhenAll(JobKind.Short.Select(scenario.SubmitAsync));

        while (await scenario.Store.ExecuteAsync("UPDATE hangfire.jobqueue SET queue = queue") < jobs.Length)
        {
            await Task.Delay(20); // a job's entry follows the answer to its POST
        }

        // Entries of their own: one more place in the queue for the same entry is dropped by Hangfire where the first has succeeded
        // already.
        await scenario.Store.ExecuteAsync(
            """
            WITH twin AS (
                INSERT INTO hangfire.job (invocationdata, arguments, createdat, statename)
                SELECT invocationdata, arguments, createdat, 'Enqueued' FROM hangfire.job RETURNING id)
            INSERT INTO hangfire.jobqueue (jobid, queue) SELECT id, 'default' FROM twin
            """);
        scenario.CountFault();
        scenario.Start("worker");
        scenario.Start("worker");
        report.Expect("a job handed to two workers, postgres", await new ScenarioVerifier(baselines).VerifyAsync(scenario));
        foreach (string job in jobs)
        {
            JsonNode ended = await scenario.JsonAsync(job);
            Assert.Equal(1, (int)ended["attempt"]!);
            // the second entry may still wait its turn
            await scenario.AwaitAsync(job, _ => scenario.Attempts.Refusals((string)ended["id"]!) != 0);
            Assert.NotEqual(0, scenario.Attempts.Refusals((string)ended["id"]!));
        }
    }

    [Fact]
    public async Task A_job_of_a_killed_worker_runs_again_within_30_seconds()
    {
        await using FaultScenario scenario = new FaultScenario("killed-worker", await Store.CreateAsync("postgres", postgres));
        scenario.Start("api");
        ServiceNode first = scenario.Start("worker");
        await scenario.AwaitAsync(await scenario.SubmitAsync(JobKind.Long), IsWellUnderWay);
        scenario.Start("worker");
        await scenario.KillAsync(first);
        ScenarioResult result = await new ScenarioVerifier(baselines).VerifyAsync(scenario);
        report.Expect("a worker killed, another idle, postgres", result);
        Assert.InRange(Assert.Single(result.TakeOvers), 0, 30);
    }

    [Fact]
    public async Task A_worker_frozen_past_its_lease_writes_nothing_when_it_wakes_and_stops_within_6_seconds()
    {
        await using FaultScenario scenario = new FaultScenario("frozen-worker", await Store.CreateAsync("postgres", postgres));
        scenario.Start("api");
        ServiceNode frozen = scenario.Start("worker");
        string job = await scenario.SubmitAsync(JobKind.Long);
        await scenario.AwaitAsync(job, IsWellUnderWay);
        frozen.Signal("STOP");
        scenario.CountFault();
        scenario.Start("worker");
        await scenario.AwaitAsync(job, state => (int)state["attempt"]! == 2 && IsWellUnderWay(state));

        // The other worker is busy: only one that has let go of the first job can take the second.
        string second = await scenario.SubmitAsync(JobKind.Strided);
        frozen.Signal("CONT");
        long woken = Stopwatch.GetTimestamp();
        while (scenario.Attempts.NodeOf(second.Split('/')[^1], attempt: 1) != frozen)
        {
            Assert.InRange(Stopwatch.GetElapsedTime(woken).TotalSeconds, 0, 6);
            await Task.Delay(20);
        }

        report.Expect("a worker frozen past its lease, postgres", await new ScenarioVerifier(baselines).VerifyAsync(scenario));
        Assert.Equal(2, (int)(await scenario.JsonAsync(job))["attempt"]!);
    }

    [Fact]
    public async Task Workers_whose_clocks_are_an_hour_off_steal_no_job_and_take_over_a_dead_ones_within_30_seconds()
    {
        Assert.SkipUnless(WrongClock.IsInstalled, "libfaketime is missing: apt-get install libfaketime");
        await using FaultScenario scenario = new FaultScenario("wrong-clocks", await Store.CreateAsync("postgres", postgres));
        scenario.Start("api");
        ServiceNode ahead = scenario.Start("worker", clock: new WrongClock("+1h")),
            behind = scenario.Start("worker", clock: new WrongClock("-1h"));
        scenario.CountFault();
        string[] jobs = [await scenario.SubmitAsync(JobKind.Long), await scenario.SubmitAsync(JobKind.Long)];
        foreach (string job in jobs)
        {
            Assert.Equal(1, (int)(await scenario.AwaitAsync(job, HasOutlivedASweep))!["attempt"]!);
        }

        string ofAhead = jobs.Single(job => scenario.Attempts.NodeOf(job.Split('/')[^1], attempt: 1) == ahead);
        string ofBehind = jobs.Single(job => scenario.Attempts.NodeOf(job.Split('/')[^1], attempt: 1) == behind);
        await scenario.KillAsync(ahead);
        ScenarioResult result = await new ScenarioVerifier(baselines).VerifyAsync(scenario);
        report.Expect("workers' clocks an hour ahead and behind, one killed, postgres", result);
        Assert.InRange(Assert.Single(result.TakeOvers), 0, 30);
        Assert.Equal(2, (int)(await scenario.JsonAsync(ofAhead))["attempt"]!);
        Assert.Equal(1, (int)(await scenario.JsonAsync(ofBehind))["attempt"]!);
    }

    /// <summary>After the seconds that this takes, each worker has looked for stranded jobs at least once.</summary>
    private static bool HasOutlivedASweep(JsonNode job) => (int)job["progress"]!["step"]! > 2000;

    private static bool IsWellUnderWay(JsonNode job) => (int)job["progress"]!["step"]! > 150;
}
