using System.Text.Json;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Experiments.Reports;

/// <summary>Gathers what was done in an experiment: from its jobs, their data sets and their latest checkpoints.</summary>
internal sealed class ReportMethodBuilder(DatasetCatalog datasets, DatasetStore stored, CheckpointStore checkpoints)
{
    /// <summary>The settings that have lines of their own.</summary>
    private static readonly string[] s_apart = ["dataset", "imageShape", "seed", "steps"];

    public async Task<ReportMethod> BuildAsync(
        ExperimentResponse experiment, IReadOnlyList<(JobRow Job, ReportRow Row)> jobs, CancellationToken token)
    {
        string[] varied = [.. experiment.Jobs.Take(1).SelectMany(job => job.Varied.Keys)];
        DateTime?[] starts = [.. jobs.Select(job => job.Job.StartedAt)];
        return new ReportMethod(
            await DatasetsAsync(jobs, token),
            Shared([.. jobs.Select(job => job.Job.Settings)], varied),
            varied,
            await EnvironmentsAsync(jobs, token),
            experiment.CreatedAt,
            starts.Min(),
            experiment.EndedAt is null ? null : jobs.Max(job => job.Job.EndedAt));
    }

    /// <summary>The settings that all jobs share, without those that none of their networks has.</summary>
    private static Dictionary<string, string> Shared(TrainingSettings[] all, string[] varied)
    {
        if (all.Length == 0)
        {
            return [];
        }

        IEnumerable<string> foreign = all.Select(settings => settings.Architecture).Distinct().Select(Architectures.ForeignSizeFields)
            .Aggregate<IEnumerable<string>>((sofar, next) => sofar.Intersect(next));
        HashSet<string> left = [.. varied, .. s_apart, .. foreign];
        return JsonSerializer.SerializeToElement(all[0], JsonConventions.Json).EnumerateObject()
            .Where(field => field.Value.ValueKind != JsonValueKind.Null && !left.Contains(field.Name))
            .ToDictionary(field => field.Name, field => ReportText.Setting(field.Value));
    }

    private async Task<List<ReportDataset>> DatasetsAsync(IReadOnlyList<(JobRow Job, ReportRow Row)> jobs, CancellationToken token)
    {
        var found = new List<ReportDataset>();
        foreach (var own in jobs.GroupBy(job => (job.Job.Settings.Dataset, TensorShape.Of(job.Job.Settings.ImageShape))))
        {
            (string name, TensorShape shape) = own.Key;
            found.Add(await DatasetAsync(name, shape, own.Min(job => job.Job.CreatedAt), token));
        }

        return found;
    }

    /// <param name="usedAt">When the first job on it was created: a data set that was stored later is another one.</param>
    private async Task<ReportDataset> DatasetAsync(string name, TensorShape shape, DateTime usedAt, CancellationToken token)
    {
        if (!(await datasets.AskAsync(name, mayRequest: false, token)).TryGet(out Dataset? dataset, out _))
        {
            return Unknown("The data set cannot be had now.");
        }

        bool isReplaced = !DatasetCatalog.IsBuiltIn(name) && await stored.FindAsync(name, token) is { } row && row.CreatedAt > usedAt;
        return isReplaced || dataset.Test.Shape != shape
            ? Unknown("Another data set has its name now.")
            : new ReportDataset(
                name,
                shape,
                Dataset.Splits.ToDictionary(split => split, split => dataset.Split(split)!.Count),
                await datasets.Sha256Async(name, token),
                Trouble: null);

        ReportDataset Unknown(string trouble) => new(name, shape, new Dictionary<string, int>(), Sha256: null, trouble);
    }

    private async Task<List<ReportEnvironment>> EnvironmentsAsync(IReadOnlyList<(JobRow Job, ReportRow Row)> jobs, CancellationToken token)
    {
        var found = new List<(ExecutionEnvironment Environment, string Job)>();
        foreach ((JobRow job, ReportRow row) in jobs.Where(job => job.Job.LatestCheckpoint is not null))
        {
            if (await checkpoints.FindAsync(job.LatestCheckpoint.ToString()!, token) is { } latest
                && await checkpoints.HeaderAsync(latest, token) is { } header)
            {
                found.Add((header.Environment, row.Label));
            }
        }

        return [.. found.GroupBy(each => each.Environment, each => each.Job).Select(each => new ReportEnvironment(each.Key, [.. each]))];
    }
}
