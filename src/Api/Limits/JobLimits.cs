using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Limits;

/// <summary>What this service lets one job ask for, within what every service would.</summary>
internal sealed class JobLimits(IOptions<LimitsOptions> options)
{
    /// <summary>
    /// Whether a job that does not say is filmed: where its network is small, and the film does not make it too large to store.
    /// </summary>
    public bool IsFilmedByDefault(TrainingSettings settings) => FilmSchedule.IsDefaultFor(settings)
        && StorageCost.Of(settings, film: true).Bytes <= 1e9 * options.Value.JobGigabytes;

    /// <param name="job">Its settings are within <see cref="TrainingSettingsValidator"/>.</param>
    /// <param name="dataset">The one that the job trains on.</param>
    /// <returns>Each setting beyond a limit, by its wire name, with what it may be.</returns>
    public Dictionary<string, string> Violations(PlannedJob job, DatasetSize dataset)
    {
        (LimitsOptions limits, TrainingSettings settings) = (options.Value, job.Settings);
        var violations = new Dictionary<string, string>();
        if (settings.Steps > limits.Steps)
        {
            violations["steps"] = $"must be at most {limits.Steps} here (Limits:Steps).";
        }

        if (settings.BatchSize > limits.BatchSize)
        {
            violations["batchSize"] = $"must be at most {limits.BatchSize} here (Limits:BatchSize).";
        }

        if (Architectures.Of(settings.Architecture).SizeFields.Contains(SizeFields.Channels) && settings.Channels.Max() > limits.Channels)
        {
            violations["channels"] = $"must be at most {limits.Channels} each here (Limits:Channels).";
        }

        ComputeCost compute = ComputeCost.Of(settings, dataset);
        if (violations.Count == 0 && compute.Teraflop > limits.JobTeraflop)
        {
            violations[compute.Evaluation > compute.Training ? "evaluateEvery" : "steps"] = FormattableString.Invariant($"""
                the job is {compute.Teraflop:G4} × 10^12 floating-point operations ({compute.Training:G4} of training,
                {compute.Evaluation:G4} of {ComputeCost.EvaluationsOf(settings)} evaluations on {dataset.Validation} images,
                {compute.Trials:G4} of initialisation trials); at most {limits.JobTeraflop} are taken here (Limits:JobTeraflop).
                """).ReplaceLineEndings(" ");
        }

        StorageCost storage = StorageCost.Of(settings, job.Film);
        if (violations.Count == 0 && storage.Bytes > 1e9 * limits.JobGigabytes)
        {
            violations["checkpointEvery"] = FormattableString.Invariant($"""
                makes {storage.Checkpoints} checkpoints of {storage.CheckpointBytes / 1e6:G4} MB and a film of
                {storage.FilmBytes / 1e6:G4} MB (none with film: false), {storage.Bytes / 1e9:G4} GB in all; at most
                {limits.JobGigabytes} GB of a job are stored here (Limits:JobGigabytes).
                """).ReplaceLineEndings(" ");
        }

        return violations;
    }
}
