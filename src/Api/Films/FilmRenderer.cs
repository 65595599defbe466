using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Films;

/// <summary>The images of a film's frames, each with its step under it.</summary>
/// <param name="Layout">Of all images; or, of an animation, of each.</param>
internal sealed record FilmFigure(IReadOnlyList<LabelledImage> Images, LabelledLayout Layout);

/// <summary>What to render of the film of a job.</summary>
/// <param name="Layer">That the views <c>layer</c> and <c>kernels</c> show.</param>
/// <param name="Dataset">In place of the job's own.</param>
/// <param name="Columns">Images in a row of a strip; null for an animation.</param>
internal sealed record FilmRequest(JobRow Job, FilmQuery Query, NoiseQuery Noise, string? Layer, string? Dataset, int? Columns);

/// <summary>Renders what the networks of a film's frames make of an image, or what they are.</summary>
internal sealed class FilmRenderer(
    FilmStore films, ImageInputReader images, FigureSizeLimit limit, IOptions<TrainingOptions> options)
{
    private const int VectorsOfFrame = 3; // the weights in the file, as they are read, and as the network holds them
    private const int Gap = 4;

    /// <summary>Of a request for a figure of a film.</summary>
    public static readonly ProblemType[] Refusals =
    [
        ProblemType.FrameNotFound, ProblemType.FrameDamaged, ProblemType.LayerNotFound,
        .. FigureSizeLimit.Refusals, .. ImageInputReader.DatasetRefusals,
    ];

    /// <summary>The images of the frames; or the problem with what is asked for.</summary>
    public async Task<Result<FilmFigure, ProblemHttpResult>> RenderAsync(FilmRequest wanted, HttpContext context, CancellationToken token)
    {
        JobRow job = wanted.Job;
        FilmFrame[] frames = [.. await films.FramesAsync(job.Id, token)];
        if (frames.Length == 0)
        {
            return Problems.FilmEmpty(job.Id, job.Film);
        }

        if (!(await PlanAsync(wanted, context, token)).TryGet(
                out FrameImages? pictures,
                out ProblemHttpResult? problem))
        {
            return problem;
        }

        frames = wanted.Query.Choose(frames);
        GrayImage[] labels = [.. frames.Select(frame => TextImage.Render($"step {frame.Step}"))];
        Canvas? input = pictures.Input;
        int count = frames.Length + (input is null ? 0 : 1);
        var layout = new LabelledLayout(
            wanted.Columns is null ? 1 : count, Math.Min(wanted.Columns ?? 1, count), pictures.Width, pictures.Height,
            labels.Max(label => label.Width), labels[0].Height, Gap);
        if (limit.Refusal(context, layout.Width, layout.Height * (wanted.Columns is null ? count : 1)) is { } tooLarge)
        {
            return tooLarge;
        }

        if (!(await LookAsync(job, frames, pictures, context, token)).TryGet(out List<float[]>? looks, out problem))
        {
            return problem;
        }

        IEnumerable<LabelledImage> rendered = pictures.Render(looks).Zip(labels, (image, label) => new LabelledImage(image, label));
        return new FilmFigure([.. input is null ? [] : (LabelledImage[])[new(input, TextImage.Render("input"))], .. rendered], layout);
    }

    /// <summary>What to show of each frame.</summary>
    private async Task<Result<FrameImages, ProblemHttpResult>> PlanAsync(
        FilmRequest wanted, HttpContext context, CancellationToken token)
    {
        (JobRow job, FilmQuery query) = (wanted.Job, wanted.Query);
        NetworkDefinition definition = NetworkDefinition.For(job.Settings);
        FilmView view = JsonConventions.Parse<FilmView>(query.View)!.Value;
        Layer? layer = wanted.Layer is { } name ? definition.Find(name) : null;
        if (view != FilmView.Reconstruction && layer is null)
        {
            return wanted.Layer is null
                ? Problems.Invalid("layer", $"must name a layer for view={query.View}.")
                : Problems.LayerNotFound(wanted.Layer, definition.Layers.Select(each => each.Name));
        }

        if (view == FilmView.Reconstruction && wanted.Layer is not null)
        {
            return Problems.Invalid("layer", "applies to view=layer and view=kernels; leave it out, or name one of them.");
        }

        if (view == FilmView.Kernels)
        {
            return KernelsOf(layer!, definition, query, context);
        }

        if (!(await images.FromDatasetAsync(
                definition.Input, wanted.Dataset ?? job.Settings.Dataset, query.Split, query.Index, context.User, token)).TryGet(
                    out ImageInput? image,
                    out ProblemHttpResult? problem))
        {
            return problem;
        }

        float[] input = wanted.Noise.AddNoise(job.Settings.Noise, query.Index, image.Values);
        return view == FilmView.Reconstruction
            ? new FrameImages.Reconstructions(definition.Input, input, query.Scale, isPair: wanted.Columns is null)
            : MapsOf(layer!, input, query);
    }

    private static Result<FrameImages, ProblemHttpResult> MapsOf(Layer layer, float[] input, FilmQuery query)
    {
        TensorShape shape = VectorAsImage.Of(layer.Output);
        return TilesOf(query, shape.Channels).TryGet(out TileGridOptions? tiles, out ProblemHttpResult? problem)
            ? new FrameImages.Tiles(Look, shape, tiles, query.Scale)
            : problem;

        float[] Look(Model frame)
        {
            float[] values = frame.Look(layer, input).Values;
            Array.Resize(ref values, shape.Count);
            return values;
        }
    }

    private static Result<FrameImages, ProblemHttpResult> KernelsOf(
        Layer layer, NetworkDefinition definition, FilmQuery query, HttpContext context)
    {
        if (layer.Parameters is not [Parameter weight, ..])
        {
            return Problems.KernelsNotFound(
                layer.Name, definition.Layers.Where(each => each.Parameters.Count > 0).Select(each => each.Name));
        }

        if (context.Memory().Take(sizeof(float) * (long)weight.Count) is { } full)
        {
            return full;
        }

        KernelImages kernels = KernelImages.Of(layer, new float[weight.Count]); // for their number and size
        var shape = new TensorShape(kernels.Ends.Count, kernels.Height, kernels.Width);
        return TilesOf(query, shape.Channels).TryGet(out TileGridOptions? tiles, out ProblemHttpResult? problem)
            ? new FrameImages.Tiles(frame => frame.Kernels(layer)!.Values, shape, tiles with { AroundZero = true }, query.Scale)
            : problem;
    }

    private static Result<TileGridOptions, ProblemHttpResult> TilesOf(FilmQuery query, int maps) =>
        new TileQuery(Count: query.Count, First: query.First, Palette: query.Palette).Options(maps);

    /// <summary>What is shown of each frame, in numbers; one network is in memory at a time.</summary>
    private async Task<Result<List<float[]>, ProblemHttpResult>> LookAsync(
        JobRow job, FilmFrame[] frames, FrameImages pictures, HttpContext context, CancellationToken token)
    {
        long bytes = ((long)VectorsOfFrame * frames.Max(frame => frame.Bytes)) + (sizeof(float) * pictures.Values * frames.Length);
        if (context.Memory().Take(bytes) is { } full)
        {
            return full;
        }

        var looks = new List<float[]>();
        foreach (FilmFrame frame in frames)
        {
            if (await films.ReadAsync(job.Id, frame, token) is not { } file
                || !CheckpointFile.Read(file).TryGet(out Checkpoint? weights, out _))
            {
                return Problems.FrameDamaged(job.Id, frame.Step);
            }

            using var network = new Model(weights, options.Value.Engine);
            looks.Add(pictures.Look(network));
        }

        return looks;
    }
}
