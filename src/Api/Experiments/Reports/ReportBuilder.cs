using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Experiments.Reports;

/// <summary>
/// Gathers what the report of an experiment shows: what was done, losses, curves, evaluations, and a look into each network, in the
/// article's own views.
/// </summary>
internal sealed class ReportBuilder(
    IDbContextFactory<AppDbContext> stores, ModelCache models, DatasetCatalog datasets, ReportMethodBuilder methods)
{
    /// <summary>Jobs that are looked into; of more, those with the lowest test losses.</summary>
    private const int MaxLooks = 8;

    private const int Digits = 10;
    private const int Tiles = 16;
    private const int TileSide = 42; // pixels of a tile, about

    /// <summary>The layers whose maps the article shows.</summary>
    private static readonly string[] s_layers = [NetworkDefinition.Code, "deconv1", "unpool1"];

    public async Task<Report> BuildAsync(StoredExperiment stored, CancellationToken token)
    {
        ExperimentResponse experiment = ExperimentResponse.Of(stored);
        List<ReportRow> rows = await RowsAsync(experiment, stored.Jobs, token);
        (JobRow Job, ReportRow Row)[] jobs = [.. stored.Jobs.Zip(rows)];
        var looks = new List<ReportLook>();
        foreach ((JobRow job, ReportRow row) in jobs.Where(job => job.Job.LatestCheckpoint is not null)
            .OrderBy(job => job.Row.TestLoss ?? double.MaxValue)
            .Take(MaxLooks)
            .OrderBy(job => job.Job.Id))
        {
            looks.Add(await LookAsync(row, job, token));
        }

        int? digit =
            stored.Jobs.Count > 0 && (await TestSplitAsync(stored.Jobs[0], token)).TryGet(out DatasetSplit? first, out _)
                ? first.Label(0)
                : null;
        return new Report(
            experiment.Id,
            Title(stored.Row),
            Outcome.Of(rows),
            DateTime.UtcNow,
            digit,
            await methods.BuildAsync(experiment, jobs, token),
            rows,
            await ChartAsync(jobs, token),
            await ReportEvaluation.OfAsync(experiment.Id, jobs, stores, token),
            looks);
    }

    private async Task<List<ReportRow>> RowsAsync(ExperimentResponse experiment, IReadOnlyList<JobRow> stored, CancellationToken token)
    {
        var rows = new List<ReportRow>();
        var floors = new Dictionary<(string, TensorShape, Architecture), double?>();
        int?[] colours = LossChart.ColoursOf([.. experiment.Jobs.Select(job => job.Loss.Validation)]);
        HashSet<string?> repeated = [.. experiment.Jobs.GroupBy(job => job.Name).Where(jobs => jobs.Count() > 1).Select(jobs => jobs.Key)];
        foreach ((int index, (ExperimentJob job, JobRow row)) in experiment.Jobs.Zip(stored).Index())
        {
            var kind = (row.Settings.Dataset, TensorShape.Of(row.Settings.ImageShape), row.Architecture);
            if (!floors.TryGetValue(kind, out double? reachable))
            {
                reachable = (await TestSplitAsync(row, token)).TryGet(out DatasetSplit? set, out _)
                    ? LossLowerBound.Of(row.Architecture, set)
                    : null;
                floors[kind] = reachable;
            }

            string? shared = repeated.Contains(job.Name) ? job.Name : null;
            rows.Add(
                new ReportRow(
                    job.Name is { } own && shared is null ? own : Label(shared, job, without: null),
                    Label(shared, job, without: "seed"),
                    row.Settings,
                    job.Varied.ToDictionary(field => field.Key, field => ReportText.Setting(field.Value)),
                    colours[index],
                    job.Status,
                    job.Loss,
                    ArticleReference.LossOf(row.Settings),
                    reachable,
                    job.DeadUnits,
                    job.MillisecondsPerStep,
                    job.Step,
                    row.Warnings,
                    job.Error?.Detail));
        }

        return rows;
    }

    private static string Title(ExperimentRow experiment) => experiment switch
    {
        { Name: { } name } => name,
        { Preset: ExperimentPreset.ConvolutionalAutoencoder } => "Convolutional autoencoders, side by side",
        _ => "An experiment with autoencoders",
    };

    /// <summary>What the job has in common with others, and the settings that set it apart from them.</summary>
    /// <param name="name">A name that several jobs have; null: the architecture.</param>
    /// <param name="without">A setting that is left out.</param>
    private static string Label(string? name, ExperimentJob job, string? without)
    {
        string[] varied =
        [
            .. job.Varied.Where(field => field.Key != "architecture" && field.Key != without)
                .Select(field => $"{field.Key} {ReportText.Setting(field.Value)}"),
        ];
        string common = name ?? JsonConventions.Name(job.Architecture);
        return varied.Length == 0 ? common : $"{common} ({string.Join(", ", varied)})";
    }

    /// <summary>The test split of the job's data set; or why it cannot be shown, such as that another data set now has its name.</summary>
    private async Task<Result<DatasetSplit, string>> TestSplitAsync(JobRow job, CancellationToken token)
    {
        (string name, TensorShape shape) = (job.Settings.Dataset, TensorShape.Of(job.Settings.ImageShape));
        if (!(await datasets.AskAsync(name, mayRequest: false, token)).TryGet(out Dataset? dataset, out _))
        {
            return $"The data set {name} cannot be had now.";
        }

        return dataset.Test.Shape == shape
            ? dataset.Test
            : $"The data set {name} is another one now, of images {dataset.Test.Shape}; this network was trained on {shape} (channels, "
                + $"height, width).";
    }

    private async Task<LossChart?> ChartAsync((JobRow Job, ReportRow Row)[] jobs, CancellationToken token)
    {
        var curves = new List<(ReportRow Row, IReadOnlyList<LossPoint> Points)>();
        foreach ((JobRow job, ReportRow row) in jobs)
        {
            curves.Add((row, await LossCurve.ThinnedAsync(job, stores, token)));
        }

        return LossChart.Of(curves);
    }

    private async Task<ReportLook> LookAsync(ReportRow row, JobRow job, CancellationToken token)
    {
        if (!(await TestSplitAsync(job, token)).TryGet(out DatasetSplit? set, out string? trouble))
        {
            return new ReportLook(row, null, [], trouble);
        }

        if (!(await models.OpenAsync(job.LatestCheckpoint.ToString()!, token)).TryGet(
                out ModelCache.Lease? lease,
                out ProblemHttpResult? problem))
        {
            bool isGone = problem.StatusCode == StatusCodes.Status404NotFound;
            return new ReportLook(row, null, [], isGone ? "Its checkpoint has been deleted." : problem.ProblemDetails.Detail);
        }

        using (lease)
        {
            return Look(row, lease.Model, set);
        }
    }

    private static ReportLook Look(ReportRow row, Model model, DatasetSplit set)
    {
        float[][] originals =
            [.. Enumerable.Range(0, Math.Min(Digits, set.Count)).Select(index => ImageInputReader.ToUnit(set.Image(index)))];
        float[][] inputs = [.. originals.Select((original, index) => Noisy(model.Noise, original, index))];
        var tiles = new List<ReportTiles>();
        foreach (Layer layer in s_layers.Select(model.Definition.Find).OfType<Layer>())
        {
            FeatureMaps maps = model.Look(layer, inputs[0]);
            TensorShape shape = VectorAsImage.Of(layer.Output);
            var options = new TileGridOptions
            {
                Count = Math.Min(Tiles, shape.Channels),
                Scale = Math.Clamp(TileSide / shape.Width, 1, TileGridOptions.MaxScale),
                Gap = 2,
            };
            TileLayout layout = TileLayout.Of(shape.Channels, shape.Height, shape.Width, options);
            int silent = VectorAsImage.Statistics(maps).Count(map => map.Silent);
            tiles.Add(new ReportTiles(layer.Name, layer.Output, silent, PngEncoder.Encode(VectorAsImage.Render(maps, layout, options))));
        }

        Canvas figure = ReconstructionMontage.Render(model, originals, model.Noise is null ? null : inputs, scale: 3, gap: 3);
        return new ReportLook(row, PngEncoder.Encode(figure), tiles, Trouble: null);
    }

    /// <summary>What the network is given: where it takes noise off, the image with the noise of its evaluations.</summary>
    private static float[] Noisy(Noise? noise, float[] original, int index)
    {
        float[] input = [.. original];
        noise?.AddTo(input, Noise.EvaluationSeed, (ulong)index);
        return input;
    }
}
