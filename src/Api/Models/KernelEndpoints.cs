using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Networks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

/// <param name="Layer">Name of the layer.</param>
/// <param name="Shape">Shape of the layer's weights, as in the checkpoint's file.</param>
/// <param name="Zero">Number of kernels of the layer whose weights are all zero.</param>
/// <param name="Kernels">The requested kernels.</param>
internal sealed record KernelsResponse(string Layer, int[] Shape, int Zero, KernelStatistics[] Kernels);

/// <summary>Statistics of one kernel.</summary>
/// <param name="Index">Index of the kernel, from 0, in the order of the file.</param>
/// <param name="From">Index of the input channel or unit; null where the kernel spans all.</param>
/// <param name="To">Index of the output channel or unit; null where the kernel spans all.</param>
/// <param name="Min">Minimum weight.</param>
/// <param name="Max">Maximum weight.</param>
/// <param name="Mean">Mean weight.</param>
/// <param name="Zero">Whether all weights are zero.</param>
internal sealed record KernelStatistics(int Index, int? From, int? To, float Min, float Max, float Mean, bool Zero)
{
    public static KernelStatistics[] OfAll(KernelImages kernels) =>
        [.. MapStatistics.OfAll(kernels.Values, kernels.Height * kernels.Width).Zip(kernels.Ends, (map, ends) =>
            new KernelStatistics(map.Index, ends.From, ends.To, map.Min, map.Max, map.Mean, map.Silent))];
}

internal static class KernelEndpoints
{
    public static void MapKernels(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder layer = app.MapModelInspection("/v1/checkpoints/{reference}/kernels/{layer}");
        layer.MapGet("tiles", Tiles)
            .ProducesFigureOr<KernelsResponse>(
                layer.MapGet("tiles.png", Tiles),
                "drawKernels",
                "Render the kernels of a layer; zero is the middle of the palette",
                "The kernels.")
            .ProducesProblems(ProblemType.LayerNotFound);
    }

    private static async Task<IResult> Tiles(
        string reference,
        string layer,
        [AsParameters] TileQuery query,
        ModelCache models,
        FigureSizeLimit limit,
        HttpContext context,
        CancellationToken token)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        using (lease)
        {
            NetworkDefinition definition = lease.Model.Definition;
            Layer? found = definition.Find(layer);
            if (found is not null
                && context.Memory().Take(sizeof(float) * found.Parameters.Sum(parameter => (long)parameter.Count)) is { } full)
            {
                return full;
            }

            if (found is null || lease.Model.Kernels(found) is not { } kernels)
            {
                return Problems.KernelsNotFound(layer,
                    definition.Layers.Where(each => each.Parameters.Count > 0).Select(each => each.Name));
            }

            if (!query.Options(kernels.Ends.Count).TryGet(out TileGridOptions? options, out problem))
            {
                return problem;
            }

            options = options with { Columns = options.Columns ?? (kernels.PerUnit > 1 ? kernels.PerUnit : null), AroundZero = true };
            TileLayout layout = TileLayout.Of(kernels.Ends.Count, kernels.Height, kernels.Width, options);
            if (limit.Refusal(context, layout.Width, layout.Height) is { } tooLarge)
            {
                return tooLarge;
            }

            return context.Request.WantsNumbers()
                ? TypedResults.Ok(Describe(layer, kernels, options))
                : TypedResults.File(PngEncoder.Encode(TileGrid.Render(kernels.Values, layout, options)), "image/png");
        }
    }

    private static KernelsResponse Describe(string layer, KernelImages kernels, TileGridOptions options)
    {
        KernelStatistics[] all = KernelStatistics.OfAll(kernels);
        return new KernelsResponse(
            layer,
            kernels.WeightShape,
            all.Count(kernel => kernel.Zero),
            all[options.First..(options.First + options.Count!.Value)]);
    }
}
