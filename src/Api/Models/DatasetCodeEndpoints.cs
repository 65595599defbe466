using System.ComponentModel;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain.Datasets;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

internal static class DatasetCodeEndpoints
{
    public static void MapDatasetCodes(this IEndpointRouteBuilder app) => app.MapModelInspection("/v1/checkpoints/{reference}")
        .MapGet("codes", Codes)
        .WithName("encodeDataset")
        .WithSummary("Encode the images of a data set")
        .WithMetadata(new CheckpointDatasetMetadata())
        .Produces(200, contentType: CodeInputReader.NpyType)
        .Answers(200, "The codes: an NPY file [N, C, H, W], float32, sent while they are computed.")
        .ProducesProblems(ImageInputReader.DatasetRefusals)
        .ProducesProblems(RequestMemory.Refusals)
        .DisableRequestTimeout(); // the data set's size and the reader's speed are bounded

    private static async Task<IResult> Codes(
        string reference, ModelCache models, ImageInputReader images, HttpContext context, CancellationToken token,
        [Description("Name of the data set, from `GET /v1/datasets`; by default that of the checkpoint.")] string? dataset = null,
        [Split] string split = "test",
        [Description("Index of the first image in the split, from 0.")] int first = 0,
        [Bounds(1, int.MaxValue), Description("Number of images; by default all from `first` on.")] int? count = null)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        context.Response.RegisterForDispose(lease); // the codes are computed while they are sent
        string name = dataset ?? lease.Model.Dataset;
        if (!(await images.SplitAsync(name, split, context.User, token)).TryGet(out DatasetSplit? set, out problem))
        {
            return problem;
        }

        int many = ImageInputReader.CountFrom(first, count, set);
        return ImageInputReader.Misfit(name, set, lease.Model.Definition.Input) is { } misfit ? misfit
            : ImageInputReader.OutOfRange(name, split, set, first, many) is { } outside ? outside
            : BatchResult
                .OfLayer(context, lease.Model, lease.Model.Definition.CodeIndex, many, Read, "codes.npy")
                .TryGet(out BatchResult? result, out problem)
                ? result
            : problem;

        void Read(int from, Span<float> items)
        {
            for (int i = 0; i < items.Length / set.PixelsPerImage; i++)
            {
                ImageInputReader.ToUnit(set.Image(first + from + i), items.Slice(i * set.PixelsPerImage, set.PixelsPerImage));
            }
        }
    }
}
