using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Domain.Numerics;
using AutoencoderApi.Training;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Models;

/// <summary>A layer's values for an image.</summary>
/// <param name="Layer">Name of the layer.</param>
/// <param name="Shape">Channels, height, width.</param>
/// <param name="Values">Values of the layer, channel by channel, row by row.</param>
internal sealed record LayerValuesResponse(string Layer, int[] Shape, float[] Values);

internal static class LayerValueEndpoints
{
    public static void MapLayerValues(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder layer = app.MapModelInspection("/v1/checkpoints/{reference}/layers/{layer}");
        layer.MapGet("values", FromDataset)
            .WithName("getLayerValuesFromDataset")
            .WithSummary("A layer's values for an image of a data set")
            .ProducesValues("The values.")
            .ProducesProblems(ImageInputReader.DatasetRefusals);
        layer.MapPost("values", FromUpload)
            .WithName("getLayerValuesOfUpload")
            .WithSummary("A layer's values for an uploaded image, or for each image of a batch")
            .AcceptsImage()
            .AcceptsImageBatch()
            .WithMetadata(new OneBodyMetadata())
            .ProducesValues("The values; of a batch [N, C, H, W] as NPY, whatever `Accept` says.");
    }

    private static RouteHandlerBuilder ProducesValues(this RouteHandlerBuilder endpoint, string description) => endpoint
        .Produces<LayerValuesResponse>(200, "application/json", CodeInputReader.NpyType)
        .Answers(200, description)
        .VariesBy(HeaderNames.Accept)
        .ProducesProblems(ProblemType.LayerNotFound);

    private static async Task<IResult> FromDataset(
        string reference, string layer, ModelCache models, ImageInputReader images, HttpRequest request, CancellationToken token,
        string? dataset = null, [Split] string split = "test", int index = 0)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        using (lease)
        {
            NetworkDefinition definition = lease.Model.Definition;
            return definition.Find(layer) is not { } found ? NotFound(layer, definition)
                : (await images.FromDatasetAsync(definition.Input, dataset, split, index, request.HttpContext.User, token)).TryGet(
                    out ImageInput? image,
                    out problem)
                    ? Show(lease.Model, found, image, request)
                : problem;
        }
    }

    private static async Task<IResult> FromUpload(
        string reference, string layer, [AsParameters] UploadQuery upload, ModelCache models, ImageInputReader images,
        BatchInputReader batches, HttpRequest request, CancellationToken token)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        request.HttpContext.Response.RegisterForDispose(lease); // a batch is computed while it is sent
        NetworkDefinition definition = lease.Model.Definition;
        if (definition.Find(layer) is not { } found)
        {
            return NotFound(layer, definition);
        }

        if (await BatchInputReader.IsSentAsync(request, token))
        {
            return (await batches.ImagesAsync(request, definition.Input, token)).TryGet(out BatchInput? batch, out problem)
                && BatchResult
                    .OfLayer(
                        request.HttpContext, lease.Model, definition.IndexOf(layer), batch.Count, batch.CopyTo, $"{layer}.npy")
                    .TryGet(out BatchResult? result, out problem)
                ? result
                : problem;
        }

        return (await images.FromUploadAsync(request, lease.Model, upload, token)).TryGet(out ImageInput? image, out problem)
            ? Show(lease.Model, found, image, request)
            : problem;
    }

    private static ProblemHttpResult NotFound(string layer, NetworkDefinition definition) =>
        Problems.LayerNotFound(layer, definition.Layers.Select(each => each.Name));

    private static IResult Show(Model model, Layer layer, ImageInput image, HttpRequest request)
    {
        FeatureMaps maps = model.Look(layer, image.Values);
        int[] shape = maps.Shape.ToArray();
        return request.Prefers(CodeInputReader.NpyType, over: "application/json")
            ? TypedResults.File(NpyFile.Write(shape, maps.Values), CodeInputReader.NpyType, $"{layer.Name}.npy")
            : TypedResults.Ok(new LayerValuesResponse(layer.Name, shape, maps.Values));
    }
}
