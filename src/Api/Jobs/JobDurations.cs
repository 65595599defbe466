using System.Text.Json;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// How long jobs take: as long as those of the same settings took, seed aside; else, of a training, as long as its floating-point
/// operations at the rate of its architecture, or of any.
/// </summary>
internal sealed class JobDurations
{
    /// <summary>That are looked back on.</summary>
    public const int MaxJobs = 100;

    private readonly Dictionary<string, DatasetSize?> _sizes;
    private readonly ILookup<string, double> _seconds;
    private readonly ILookup<string, double> _secondsPerTeraflop;
    private readonly Dictionary<string, double> _teraflops = [];

    /// <param name="ended">Jobs that have succeeded at the first attempt, the newest first.</param>
    /// <param name="sizes">Of their data sets and those of the jobs to come; null of one that is gone.</param>
    public JobDurations(IReadOnlyCollection<JobRow> ended, Dictionary<string, DatasetSize?> sizes)
    {
        _sizes = sizes;
        var measured = ended.Where(job => job is { StartedAt: not null, EndedAt: not null })
            .Select(job => (Job: job, Seconds: (job.EndedAt!.Value - job.StartedAt!.Value).TotalSeconds))
            .ToArray();
        _seconds = measured.ToLookup(each => Signature(each.Job), each => each.Seconds);
        _secondsPerTeraflop = measured
            .Where(each => each.Job.Kind == JobKind.Training && Teraflop(each.Job) > 0)
            .SelectMany(each => new[] { JsonConventions.Name(each.Job.Architecture), "" }
                .Select(of => (of, Rate: each.Seconds / Teraflop(each.Job)!.Value)))
            .ToLookup(each => each.of, each => each.Rate);
    }

    /// <summary>Seconds that a job takes from now on, or from its start; null where nothing like it was measured.</summary>
    /// <param name="now">By the database's clock.</param>
    public double? Remaining(JobRow job, DateTime now)
    {
        double left = 1 - ((double)job.Step / Steps(job));
        if (job.Status == JobStatus.Running && job.StepsPerSecond is { } rate and > 0)
        {
            return left * Steps(job) / rate;
        }

        double? whole = Median(_seconds[Signature(job)]) ?? (job.Kind == JobKind.Training
            ? Teraflop(job) * (Median(_secondsPerTeraflop[JsonConventions.Name(job.Architecture)]) ?? Median(_secondsPerTeraflop[""]))
            : null);
        return job.Status == JobStatus.Running && job.StartedAt is { } started
            ? whole is { } seconds ? Math.Max(0, seconds - (now - started).TotalSeconds) : null
            : whole * left;
    }

    /// <summary>A training's steps; the step of any other job is its progress in percent.</summary>
    private static int Steps(JobRow job) => job.Kind == JobKind.Training ? job.Settings.Steps : 100;

    private static string Signature(JobRow job) =>
        $"{job.Kind} {job.Film} {JsonSerializer.Serialize(job.Settings with { Seed = 0 }, JsonConventions.Json)}";

    private static double? Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? null : sorted[sorted.Length / 2];
    }

    private double? Teraflop(JobRow job)
    {
        if (_sizes.GetValueOrDefault(job.Dataset) is not { } size)
        {
            return null;
        }

        string signature = Signature(job);
        if (!_teraflops.TryGetValue(signature, out double teraflop))
        {
            ComputeCost cost = ComputeCost.Of(job.Settings, size);
            _teraflops[signature] = teraflop = cost.Training + cost.Evaluation;
        }

        return teraflop;
    }
}
