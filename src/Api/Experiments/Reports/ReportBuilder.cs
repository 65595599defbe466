using System.Text.Json;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Evaluations;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Experiments.Reports;

/// <summary>
/// Gathers what the report of an experiment shows: losses, curves, and a look into each network, in the article's own
/// views.
/// </summary>
internal sealed class ReportBuilder(IDbContextFactory<AppDbContext> stores, ModelCache models, DatasetCatalog datasets)
{
    /// <summary>Jobs that are looked into; of more, those with the lowest test losses.</summary>
    private const int MaxLooks = 8;

    private const int Digits = 10;
    private const int Tiles = 16;
    private const int TileSide = 42; // pixels of a tile, about
    private const int CurvesWidth = 1_400, CurvesHeight = 700;

    /// <summary>The layers whose maps the article shows.</summary>
    private static readonly string[] s_stages = [NetworkDefinition.Code, "deconv1", "unpool1"];

    public async Task<Report> BuildAsync(StoredExperiment stored, CancellationToken token)
    {
        ExperimentResponse experiment = ExperimentResponse.Of(stored);
        (ExperimentJob Job, JobRow Row)[] jobs = [.. experiment.Jobs.Zip(stored.Jobs)];
        List<ReportRow> rows = await RowsAsync(jobs, token);
        var looks = new List<ReportLook>();
        foreach ((ExperimentJob job, JobRow row) in jobs.Where(job => job.Job.LatestCheckpoint is not null)
            .OrderBy(job => job.Job.Loss.Test ?? double.MaxValue)
            .Take(MaxLooks)
            .OrderBy(job => job.Job.Id))
        {
            looks.Add(await LookAsync(Label(job), row, token));
        }

        int? digit =
            stored.Jobs.Count > 0 && (await TestSplitAsync(stored.Jobs[0], token)).TryGet(out DatasetSplit? first, out _)
                ? first.Label(0)
                : null;
        return new Report(
            experiment.Id, Title(stored.Row), experiment.CreatedAt, experiment.EndedAt, DateTime.UtcNow, digit, rows,
            await CurvesAsync([.. jobs.Zip(rows, (job, row) => (job.Row, row.Label))], token), looks);
    }

    private async Task<List<ReportRow>> RowsAsync((ExperimentJob Job, JobRow Row)[] jobs, CancellationToken token)
    {
        var rows = new List<ReportRow>();
        var floors = new Dictionary<(string, TensorShape, Architecture), double?>();
        foreach ((ExperimentJob job, JobRow row) in jobs)
        {
            double? article = row.Settings.Dataset == MirroredSet.Mnist.Name ? Architectures.Of(row.Architecture).ArticleLoss : null;
            var kind = (row.Settings.Dataset, TensorShape.Of(row.Settings.ImageShape), row.Architecture);
            if (!floors.TryGetValue(kind, out double? reachable))
            {
                reachable = (await TestSplitAsync(row, token)).TryGet(out DatasetSplit? set, out _)
                    ? LossLowerBound.Of(row.Architecture, set)
                    : null;
                floors[kind] = reachable;
            }

            rows.Add(
                new ReportRow(
                    Label(job),
                    job.Status,
                    job.Loss,
                    article,
                    reachable,
                    job.DeadUnits,
                    job.MillisecondsPerStep,
                    job.Step,
                    NetworkDefinition.For(row.Settings),
                    job.Evaluation is { Knn: { } knn, Ridge: { } ridge } ? new ClassifierAccuracies(knn, ridge) : null,
                    job.Evaluation?.Auroc,
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

    private static string Label(ExperimentJob job)
    {
        string architecture = JsonConventions.Name(job.Architecture);
        IEnumerable<string> varied = job
            .Varied.Where(field => field.Key is not "architecture")
            .Select(field => $"{field.Key} {Text(field.Value)}");
        return job.Name ?? string.Join(", ", varied.Prepend(architecture));
    }

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();

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

    private async Task<byte[]?> CurvesAsync((JobRow Row, string Label)[] jobs, CancellationToken token)
    {
        var curves = new List<(string Label, IReadOnlyList<LossPoint> Points)>();
        foreach ((JobRow job, string label) in jobs)
        {
            curves.Add((label, await LossCurve.ThinnedAsync(job, stores, token)));
        }

        return curves.TrueForAll(curve => curve.Points.Count == 0)
            ? null
            : LossPlot.Compare("Validation loss by step", curves, CurvesWidth, CurvesHeight);
    }

    private async Task<ReportLook> LookAsync(string label, JobRow job, CancellationToken token)
    {
        if (!(await TestSplitAsync(job, token)).TryGet(out DatasetSplit? set, out string? trouble))
        {
            return new ReportLook(label, null, [], trouble);
        }

        if (!(await models.OpenAsync(job.LatestCheckpoint.ToString()!, token)).TryGet(
                out ModelCache.Lease? lease,
                out ProblemHttpResult? problem))
        {
            bool isGone = problem.StatusCode == StatusCodes.Status404NotFound;
            return new ReportLook(label, null, [], isGone ? "Its checkpoint has been deleted." : problem.ProblemDetails.Detail);
        }

        using (lease)
        {
            return Look(label, lease.Model, set);
        }
    }

    private static ReportLook Look(string label, Model model, DatasetSplit set)
    {
        float[][] originals =
            [.. Enumerable.Range(0, Math.Min(Digits, set.Count)).Select(index => ImageInputReader.ToUnit(set.Image(index)))];
        float[][] inputs = [.. originals.Select((original, index) => Noisy(model.Noise, original, index))];
        var tiles = new List<ReportTiles>();
        foreach (Layer layer in s_stages.Select(model.Definition.Find).OfType<Layer>())
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
        return new ReportLook(label, PngEncoder.Encode(figure), tiles, Trouble: null);
    }

    /// <summary>What the network is given: where it takes noise off, the image with the noise of its evaluations.</summary>
    private static float[] Noisy(Noise? noise, float[] original, int index)
    {
        float[] input = [.. original];
        noise?.AddTo(input, Noise.EvaluationSeed, (ulong)index);
        return input;
    }
}
