using System.Diagnostics;
using System.Globalization;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Verifications;
using AutoencoderApi.Training.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Verifications;

/// <summary>
/// Carries out a claimed verification, from its start wherever one before it was stopped: trains again to the point where the checkpoint
/// was written, compares, and stores the outcome under the lease.
/// </summary>
internal sealed class VerificationRunner(
    IDbContextFactory<AppDbContext> stores,
    VerificationPlanner planner,
    JobProgressWriter progress,
    IOptions<TrainingOptions> options,
    IOptions<LimitsOptions> limits,
    ILogger<VerificationRunner> logger)
{
    private const int MaxPercent = 99; // before the outcome is stored

    /// <param name="data">The data set of the job's settings.</param>
    public async Task<(JobStatus Status, JobError? Error)> RunAsync(
        JobLease lease, Result<Dataset, DatasetFault> data, CancellationToken shutdown)
    {
        Func<int> percent = () => 0;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(shutdown);
        await using var heartbeat = new Heartbeat(progress, lease, () => Volatile.Read(ref percent)(), stop, logger);
        try
        {
            VerificationRow row = await RowAsync(lease.JobId, stop.Token);
            VerificationResult result;
            if ((await planner.PlanAsync(row, data, stop.Token)).TryGet(out VerificationPlan? plan, out VerificationRefusal? refusal))
            {
                var trainer = new Trainer(plan.Dataset, plan.Start, options.Value.Engine, until: RunPoint.Of(plan.Stated));
                Volatile.Write(ref percent, () => Percent(trainer.Step, plan));
                result = await TrainAsync(plan, trainer, stop.Token);
            }
            else if (refusal is VerificationRefusal.NotCheckable { Reason: var reason })
            {
                result = VerificationResult.NotCheckable(reason);
            }
            else
            {
                return (JobStatus.Failed, ((VerificationRefusal.Failed)refusal).Error);
            }

            return await StoreAsync(lease, result) ? (JobStatus.Succeeded, null) : (JobStatus.Queued, null);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return (JobStatus.Queued, null); // or cancelled, where somebody asked for that
        }
    }

    private static int Percent(int step, VerificationPlan plan) => (int)Math.Min(
        MaxPercent, 100L * (step - plan.Start.Step) / Math.Max(1, plan.Stated.Step - plan.Start.Step));

    private async Task<VerificationRow> RowAsync(Guid id, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await store.Verifications.AsNoTracking().SingleAsync(row => row.JobId == id, token);
    }

    private Task<bool> StoreAsync(JobLease lease, VerificationResult result) => progress.FoundAsync(lease, percent: 100, async store =>
    {
        VerificationRow row = await store.Verifications.SingleAsync(row => row.JobId == lease.JobId);
        row.Result = result;
    });

    /// <summary>Trains to the point of the checkpoint, on a thread of its own, and judges the state there.</summary>
    private async Task<VerificationResult> TrainAsync(VerificationPlan plan, Trainer trainer, CancellationToken stop)
    {
        long began = Stopwatch.GetTimestamp();
        Checkpoint? measured = null;
        string ended = "";
        using (var running = CancellationTokenSource.CreateLinkedTokenSource(stop))
        {
            await using var training = new TrainingThread(trainer, limits.Value.RunEventBytes, running);
            await foreach (TrainingEvent happened in training.Events)
            {
                measured = happened is TrainingEvent.Checkpointed { Checkpoint: var state }
                    && RunPoint.Of(state) == RunPoint.Of(plan.Stated) ? state : measured;
                ended = happened switch
                {
                    TrainingEvent.Collapsed e => $"the network collapsed at step {e.Step}",
                    TrainingEvent.Diverged e => $"the loss or a weight was not finite at step {e.Step}",
                    _ => ended,
                };
            }
        }

        if (measured is null)
        {
            stop.ThrowIfCancellationRequested();
        }

        double seconds = Math.Round(Stopwatch.GetElapsedTime(began).TotalSeconds, 3);
        return Judge(plan, measured, ended, seconds);
    }

    private static VerificationResult Judge(VerificationPlan plan, Checkpoint? measured, string ended, double seconds)
    {
        Checkpoint stated = plan.Stated;
        string from = plan.From switch
        {
            { Checkpoint: null } => "from the seed",
            { Checkpoint: var id, Step: 0 } => $"from the weights of checkpoint {id}",
            var start => $"from checkpoint {start.Checkpoint} of step {start.Step}",
        };
        string by = string.Create(
            CultureInfo.InvariantCulture,
            $"Training again {from} to step {stated.Step} by {stated.Environment.Engine} with {stated.Environment.Threads} "
            + $"thread{(stated.Environment.Threads == 1 ? "" : "s")} on {stated.Environment.InstructionSet}");
        var comparison = measured is null ? null : new CheckpointComparison(stated, measured);
        VerifiedContent? content = comparison?.Content(plan.MeasuresLosses);
        TensorDifference? difference = comparison?.FirstDifference();
        IReadOnlyList<LossDifference> losses = difference is null ? comparison?.LossDifferences() ?? [] : [];
        (VerificationOutcome outcome, string reason) = (content, difference, losses) switch
        {
            (null, _, _) => (
                VerificationOutcome.Differs,
                $"{by} did not arrive at such a state: {(ended.Length > 0 ? ended : "the run has no such point")}."),
            (_, { } found, _) => (VerificationOutcome.Differs, string.Create(
                CultureInfo.InvariantCulture,
                $"{by} gave another tensor '{found.Tensor}': value {found.Index} is {found.Stated:R} in the file and {found.Measured:R} "
                + $"when trained again; {found.Count} of its values differ.")),
            (_, _, [var loss, ..]) => (VerificationOutcome.LossesDiffer, string.Create(
                CultureInfo.InvariantCulture,
                $"{by} gave the same tensors, but another {loss.Name}: {loss.Stated:R} in the file, {loss.Measured:R} when measured "
                + $"again.")),
            ({ Optimizer: true, File: false }, _, _) => (
                VerificationOutcome.Differs,
                $"{by} gave the same tensors and losses, but the file's header states another progress or another data profile."),
            _ => (VerificationOutcome.Equal, string.Create(
                CultureInfo.InvariantCulture,
                $"{by} gave the same {content.Values} numbers in {content.Tensors} tensors{Measured(content)}, bit for bit."
                + $"{(plan.MeasuresLosses ? "" : " The losses of the file were measured before that state, and not again.")}")),
        };
        bool isDoubtful = plan.Doubt is not null && outcome != VerificationOutcome.Equal;
        return new VerificationResult(
            isDoubtful ? VerificationOutcome.NotCheckable : outcome,
            isDoubtful ? $"{reason} That proves nothing. {plan.Doubt}" : reason,
            plan.From,
            stated.Step - plan.Start.Step,
            seconds,
            stated.Environment,
            content,
            isDoubtful ? null : difference,
            isDoubtful ? [] : losses,
            plan.Notes);

        static string Measured(VerifiedContent content) =>
            content.Losses.Count == 0 ? "" : $" and the same losses ({string.Join(", ", content.Losses)})";
    }
}
