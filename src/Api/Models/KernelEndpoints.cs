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

/// <param name="Layer">Its name.</param>
/// <param name="Shape">Of the layer's weights, as in the checkpoint's file.</param>
/// <param name="Zero">How many of its kernels are zero everywhere.</param>
/// <param name="Kernels">The kernels asked for.</param>
internal sealed record KernelsResponse(string Layer, int[] Shape, int Zero, KernelStatistics[] Kernels);

/// <summary>One kernel in numbers.</summary>
/// <param name="Index">From 0, in the order of the file.</param>
/// <param name="From">The map, or the unit, of the layer's input that it reads; null where it spans all.</param>
/// <param name="To">The map, or the unit, of the layer's output that it adds to; null where it spans all.</param>
/// <param name="Min">The smallest weight.</param>
/// <param name="Max">The largest weight.</param>
/// <param name="Mean">The mean of all weights.</param>
/// <param name="Zero">Zero everywhere.</param>
internal sealed record KernelStatistics(int Index, int? From, int? To, float Min, float Max, float Mean, bool Zero)
{
    public static KernelStatistics[] OfAll(KernelImages kernels) =>
        [.. MapStatistics.OfAll(kernels.Values, kernels.Height * kernels.Width).Zip(kernels.Ends, (map, ends) =>
            new KernelStatistics(map.Index, ends.From, ends.To, map.Min, map.Max, map.Mean, map.Silent))];
}

internal static class KernelEndpoints
{
    public static void MapKernels(this IEndpointRouteBuilder app) => app.MapGet("/v1/checkpoints/{reference}/kernels/{layer}/tiles", Tiles)
        .WithTags("Model inspection").RequireAuthorization(Roles.Reader)
        .WithName("drawKernels").WithSummary("The weights that a layer has learned; zero lies in the middle of the palette").ProducesImageOr<KernelsResponse>();

    private static async Task<IResult> Tiles(
        string reference, string layer, [AsParameters] TileQuery query, ModelInspection inspection, FigureSizeLimit figures, HttpRequest request, CancellationToken token)
    {
        (ModelCache.Lease? lease, ProblemHttpResult? problem) = await inspection.OpenAsync(reference, token);
        using (lease)
        {
            if (lease is null)
            {
                return problem!;
            }

            NetworkDefinition definition = lease.Model.Definition;
            Layer? found = definition.Find(layer);
            if (found is not null && request.HttpContext.Memory().Take(sizeof(float) * found.Parameters.Sum(parameter => (long)parameter.Count)) is { } full)
            {
                return full;
            }

            if (found is null || lease.Model.Kernels(found) is not { } kernels)
            {
                return Problems.KernelsNotFound(layer,
                    definition.Layers.Where(each => each.Parameters.Count > 0).Select(each => each.Name));
            }

            if (query.Options(kernels.Ends.Count, out ProblemHttpResult? invalid) is not { } options)
            {
                return invalid!;
            }

            options = options with { Columns = options.Columns ?? (kernels.PerUnit > 1 ? kernels.PerUnit : null), AroundZero = true };
            TileLayout layout = TileLayout.Of(kernels.Ends.Count, kernels.Height, kernels.Width, options);
            if (figures.Refusal(request.HttpContext, layout.Width, layout.Height) is { } tooLarge)
            {
                return tooLarge;
            }

            return request.Prefers("application/json", over: "image/png")
                ? TypedResults.Ok(Describe(layer, kernels, options))
                : TypedResults.File(PngEncoder.Encode(TileGrid.Draw(kernels.Values, kernels.Ends.Count, kernels.Height, kernels.Width, options)), "image/png");
        }
    }

    private static KernelsResponse Describe(string layer, KernelImages kernels, TileGridOptions options)
    {
        KernelStatistics[] all = KernelStatistics.OfAll(kernels);
        return new KernelsResponse(layer, kernels.WeightShape, all.Count(kernel => kernel.Zero), all[options.First..(options.First + options.Count!.Value)]);
    }
}
