using System.Globalization;
using System.Text.RegularExpressions;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Domain.Verifications;
using AutoencoderApi.Training.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Verifications;

/// <summary>Finds out whether equal bits are to be expected of a checkpoint here, and which earlier state to train again from.</summary>
internal sealed partial class VerificationPlanner(
    IDbContextFactory<AppDbContext> stores,
    CheckpointStore checkpoints,
    DatasetCatalog datasets,
    JobLimits limits,
    IOptions<TrainingOptions> options)
{
    /// <param name="data">The data set of the job's settings, as it was loaded.</param>
    public async Task<Result<VerificationPlan, VerificationRefusal>> PlanAsync(
        VerificationRow verification, Result<Dataset, DatasetFault> data, CancellationToken token)
    {
        if (!(await LoadAsync(verification, token)).TryGet(out Verified? verified, out JobError? error))
        {
            return new VerificationRefusal.Failed(error);
        }

        TrainingSettings settings = verified.Checkpoint.Settings;
        if (EnvironmentReason(verified.Checkpoint) is { } elsewhere)
        {
            return new VerificationRefusal.NotCheckable(elsewhere);
        }

        if (!data.TryGet(out Dataset? dataset, out DatasetFault? fault) || dataset.Name != settings.Dataset)
        {
            return new VerificationRefusal.NotCheckable(
                $"Its data set {settings.Dataset} cannot be had: {fault?.Reason ?? "the file names another."}");
        }

        if (await DatasetReasonAsync(verified, dataset, token) is { } otherData)
        {
            return new VerificationRefusal.NotCheckable(otherData);
        }

        List<string> notes = verified.Row.Step == verified.Checkpoint.Step && verified.Row.Losses == verified.Checkpoint.Losses
            ? []
            : ["What the service shows of the checkpoint, its step or its losses, is not what the file states. The file was verified."];
        return (await StartAsync(verified, notes, token)).TryGet(out Start? start, out string? reason)
            ? new VerificationPlan(
                dataset, verified.Checkpoint, start.State, start.From, start.MeasuresLosses, Doubt(verified, start), notes)
            : new VerificationRefusal.NotCheckable(reason);
    }

    /// <summary>The checkpoint with all that its file holds, and the rows around it.</summary>
    private async Task<Result<Verified, JobError>> LoadAsync(VerificationRow verification, CancellationToken token)
    {
        Guid id = verification.CheckpointId;
        if (await checkpoints.FindAsync(id.ToString(), token) is not { } row)
        {
            return JobErrors.VerifiedCheckpointGone(id);
        }

        if (row.Sha256 != verification.Sha256)
        {
            return JobErrors.CheckpointDamaged($"The file of checkpoint {id} is not the one that was there when this was requested.");
        }

        if (!(await checkpoints.LoadAsync(row, token)).TryGet(out Checkpoint? checkpoint, out string? damage))
        {
            return await checkpoints.FindAsync(id.ToString(), token) is null
                ? JobErrors.VerifiedCheckpointGone(id)
                : JobErrors.CheckpointDamaged(damage);
        }

        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        JobRow? job = await store.Jobs.AsNoTracking().FirstOrDefaultAsync(job => job.Id == row.JobId, token);
        return new Verified(row, checkpoint, job, row.JobId is { } own ? await checkpoints.OfJobAsync(own, token) : []);
    }

    /// <summary>Why this worker does not compute the same bits, as a sentence; null where it does.</summary>
    private string? EnvironmentReason(Checkpoint checkpoint)
    {
        ExecutionEnvironment recorded = checkpoint.Environment;
        ExecutionEnvironment here = Trainer.EnvironmentFor(checkpoint.Settings, recorded.Threads, options.Value.Engine);
        int threads = Math.Max(Environment.ProcessorCount, options.Value.ThreadsPerJob);
        return recorded.Engine is null ? "Its file does not say which engine has trained it."
            : recorded.Engine != here.Engine
                ? $"It was trained by the engine {recorded.Engine}; this worker has {here.Engine}, whose last bits are others."
            : recorded.InstructionSet != here.InstructionSet
                ? $"It was trained on a CPU with {recorded.InstructionSet}; this worker has {here.InstructionSet}, whose last bits are "
                    + "others."
            : recorded.Threads > threads ? $"It was trained with {recorded.Threads} threads; this worker has {threads}."
            : null;
    }

    /// <summary>Why the data set here is not the one of the training, as a sentence; null where it is, as far as is known.</summary>
    private async Task<string?> DatasetReasonAsync(Verified verified, Dataset dataset, CancellationToken token)
    {
        TensorShape shape = TensorShape.Of(verified.Checkpoint.Settings.ImageShape);
        string? sha256 = verified.Row.DatasetSha256 is null ? null : await datasets.Sha256Async(dataset.Name, token);
        return dataset.Train.Shape != shape
                ? $"The images of {dataset.Name} here are {dataset.Train.Shape} (channels, height, width); it was trained on {shape}."
            : verified.Row.DatasetSha256 is { } recorded && sha256 != recorded
                ? $"The data set {dataset.Name} here is another than that of the training: its sha256 is {sha256}, and {recorded} was "
                    + "recorded."
            : verified.Checkpoint.Settings.Labels is { } labels ? dataset.LabelFault(labels)
            : null;
    }

    /// <summary>
    /// The newest state on the run that lies before all that the checkpoint states; without one the newest before the checkpoint; or why
    /// there is none, as a sentence.
    /// </summary>
    private async Task<Result<Start, string>> StartAsync(Verified verified, List<string> notes, CancellationToken token)
    {
        Checkpoint stated = verified.Checkpoint;
        int measured = stated.EvaluatedStep < 0 ? int.MaxValue : stated.EvaluatedStep;
        Start? closer = null;
        foreach (CheckpointRow row in verified.OfJob.Where(row => row.Step < stated.Step && !verified.IsRescheduledAfter(row.Step)))
        {
            if (await UsableAsync(row, verified, notes, token) is not { } state)
            {
                continue;
            }

            var start = new Start(
                state,
                new VerificationStart(row.Id, row.Step),
                MeasuresLosses: row.Step < measured || stated.EvaluatedStep < 0,
                IsNext: row.Id == verified.Row.ParentId);
            if (start.MeasuresLosses)
            {
                return start;
            }

            closer ??= start;
        }

        return (await SeedAsync(verified, token)).TryGet(out Start? seed, out string? reason) ? seed
            : closer is not null ? closer
            : reason;
    }

    /// <summary>
    /// The state of an earlier checkpoint of the job as the run went on from it; null where it did not, or the file is another.
    /// </summary>
    private async Task<Checkpoint?> UsableAsync(CheckpointRow row, Verified verified, List<string> notes, CancellationToken token)
    {
        Checkpoint stated = verified.Checkpoint;
        if (verified.Recorded(row.Id) is { } recorded && recorded != row.Sha256)
        {
            notes.Add($"Checkpoint {row.Id} of step {row.Step} was not used: training went on from a file of another sha256, {recorded}.");
            return null;
        }

        if (!(await checkpoints.LoadAsync(row, token)).TryGet(out Checkpoint? state, out _))
        {
            notes.Add($"Checkpoint {row.Id} of step {row.Step} was not used: its file is damaged.");
            return null;
        }

        bool isOfLaterSettings = state.Settings.Steps > stated.Settings.Steps; // of a run that was extended after the stated one
        return state.FirstMoment is null || isOfLaterSettings
            || !NetworkDefinition.For(state.Settings).HasShapeOf(NetworkDefinition.For(stated.Settings))
                ? null
                : state.Under(stated.Settings) is { } passed ? passed with { Environment = stated.Environment }
                : null;
    }

    /// <summary>The state before the first step.</summary>
    private async Task<Result<Start, string>> SeedAsync(Verified verified, CancellationToken token)
    {
        TrainingSettings settings = verified.Checkpoint.Settings;
        if (verified.IsRescheduledAfter(0))
        {
            return $"Its job was extended with another schedule at step {verified.Job!.RescheduledAt}, and no checkpoint since is left "
                + "before this one.";
        }

        if (verified.Row.JobId is null && await LimitReasonAsync(verified.Checkpoint, token) is { } tooLarge)
        {
            return tooLarge;
        }

        float[]? weights = null;
        if (settings.StartFrom is { } id)
        {
            string name = $"The checkpoint {id}, whose weights its job started from,";
            if (await checkpoints.FindAsync(id.ToString(), token) is not { } row)
            {
                return $"{name} is gone.";
            }

            if (verified.Recorded(id) is { } recorded && recorded != row.Sha256)
            {
                return $"{name} is not the file that it was: its sha256 is {row.Sha256}, and {recorded} was recorded.";
            }

            if (!(await checkpoints.LoadWeightsAsync(row, token)).TryGet(out Checkpoint? first, out _)
                || !NetworkDefinition.For(first.Settings).HasShapeOf(NetworkDefinition.For(settings)))
            {
                return $"{name} is damaged, or of another network.";
            }

            weights = first.Weights;
        }

        Checkpoint state = Trainer.CreateInitialState(
            settings, verified.Checkpoint.Environment.Threads, weights, options.Value.Engine);
        bool isFirst = verified.Row.DatasetSha256 is not null
            && (verified.Row.ParentId is null || verified.Row.ParentId == settings.StartFrom);
        return new Start(state, new VerificationStart(settings.StartFrom, Step: 0), MeasuresLosses: true, isFirst);
    }

    /// <summary>Why a file from elsewhere takes more training than a job may, as a sentence; null where it does not.</summary>
    private async Task<string?> LimitReasonAsync(Checkpoint checkpoint, CancellationToken token)
    {
        int steps = Math.Max(1, checkpoint.Step);
        TrainingSettings settings = checkpoint.Settings with { Steps = steps, CheckpointEvery = steps };
        return await datasets.SizeOfAsync(settings.Dataset, token) is { } size
            && limits.Violations(new PlannedJob(Name: null, settings, Film: false), size) is { Count: > 0 } violations
                ? $"Training it again from the seed is more than a job may do here: {violations.First().Key} {violations.First().Value}"
                : null;
    }

    /// <summary>Why a difference would prove nothing, as a sentence; null where it does.</summary>
    private static string? Doubt(Verified verified, Start start)
    {
        int step = verified.Checkpoint.Step;
        string? resumed = Array.Find(
            verified.Job?.Warnings ?? [],
            warning => Resumed().Match(warning) is { Success: true } match
                && int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) < step);
        string dataset = verified.Checkpoint.Settings.Dataset;
        return resumed is not null ? $"The job's warnings say: {resumed}"
            : verified.Job?.RescheduledAt >= step && !start.IsNext
                ? "Its job was extended later, and the checkpoint before this one is gone: which schedule its steps had is not certain."
            : verified.Row.DatasetSha256 is null && !DatasetCatalog.IsBuiltIn(dataset)
                ? $"Which content the data set {dataset} had was not recorded."
            : null;
    }

    [GeneratedRegex("^" + TrainingJobRunner.ResumedElsewhere + "([0-9]{1,9}) ")]
    private static partial Regex Resumed();

    /// <param name="Job">Null of an imported checkpoint and of an example.</param>
    /// <param name="OfJob">All checkpoints of its job, the newest first.</param>
    private sealed record Verified(CheckpointRow Row, Checkpoint Checkpoint, JobRow? Job, IReadOnlyList<CheckpointRow> OfJob)
    {
        /// <summary>Whether the schedule changed between that step and the checkpoint's.</summary>
        public bool IsRescheduledAfter(int step) => Job?.RescheduledAt is { } at && at > step && at < Checkpoint.Step;

        /// <summary>The sha256 of a checkpoint's file when training went on from it; null where it was not recorded.</summary>
        public string? Recorded(Guid parent) =>
            OfJob.Where(row => row.Step <= Row.Step && row.ParentId == parent).Select(row => row.ParentSha256).FirstOrDefault();
    }

    /// <param name="MeasuresLosses">Whether every stated loss is measured on the way.</param>
    /// <param name="IsNext">Whether the checkpoint's lineage says that no other lies between.</param>
    private sealed record Start(Checkpoint State, VerificationStart From, bool MeasuresLosses, bool IsNext);
}
