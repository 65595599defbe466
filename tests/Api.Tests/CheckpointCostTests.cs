using System.Diagnostics;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Tests;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Api.Tests;

/// <summary>Run with <c>-explicit only</c>: the processor time of a checkpoint against that of the 100 steps between two.</summary>
[StartsProcesses]
public sealed class CheckpointCostTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private const int Steps = 200;
    private const int Checkpoints = 100;

    [Theory(Explicit = true)]
    [InlineData("sqlite", Architecture.Strided)]
    [InlineData("sqlite", Architecture.NearestUnpool)]
    [InlineData("sqlite", Architecture.Dense)]
    [InlineData("postgres", Architecture.Strided)]
    public async Task A_checkpoint_every_100_steps_costs_at_most_half_a_percent_of_training(string provider, Architecture architecture)
    {
        await using StoreUnderTest store = await StoreUnderTest.New(provider, postgres);
        JobLease lease = (await store.Claim(await store.AddJob()))!;
        TrainingSettings settings = TrainingSettings.For(architecture, "synthetic-digits") with { Steps = Steps, EvaluateEvery = 100_000, CheckpointEvery = Steps - 1 };
        Dataset digits = SyntheticDigits.Create(train: 6_000, validation: 100, test: 100);
        Checkpoint? checkpoint = null;
        double hundredSteps = 0;
        TimeSpan began = Process.GetCurrentProcess().TotalProcessorTime;
        foreach (TrainingEvent happened in new Trainer(digits,
            Trainer.CreateInitialState(settings, threads: 1)).Train(CancellationToken.None))
        {
            if (happened is TrainingEvent.Checkpointed { Step: Steps - 1 } checkpointed)
            {
                (checkpoint, hundredSteps) = (checkpointed.Checkpoint, 100.0 / (Steps - 1) * (Process.GetCurrentProcess().TotalProcessorTime - began).TotalMilliseconds);
            }
        }

        await store.Recorder.CheckpointedAsync(lease, checkpoint!, 1); // warm
        began = Process.GetCurrentProcess().TotalProcessorTime;
        long beganAt = Stopwatch.GetTimestamp();
        for (int i = 0; i < Checkpoints; i++)
        {
            Checkpoint copy = checkpoint! with { Weights = [.. checkpoint.Weights], FirstMoment = [.. checkpoint.FirstMoment!] };
            copy = copy with { SecondMoment = [.. checkpoint.SecondMoment!] };
            await store.Recorder.CheckpointedAsync(lease, copy, 1);
        }

        double one = (Process.GetCurrentProcess().TotalProcessorTime - began).TotalMilliseconds / Checkpoints;
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"{provider} {architecture}: {one:F2} ms of processor ({Stopwatch.GetElapsedTime(beganAt).TotalMilliseconds / Checkpoints:F2} ms in all) a checkpoint, {hundredSteps:F0} ms 100 steps: {100 * one / hundredSteps:F2} %");
        Assert.InRange(one / hundredSteps, 0, 0.005);
    }
}
