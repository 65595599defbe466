using System.ComponentModel;
using System.Security.Claims;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Numerics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Datasets;

internal static class DatasetEndpoints
{
    private const string FromList = "Name of the data set, from `GET /v1/datasets`.";

    public static void MapDatasets(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder datasets = app.MapGroup("/v1/datasets").WithTags("Data sets").RequireRole(Roles.Reader);
        datasets.MapGet("", List)
            .WithName("listDatasets")
            .WithSummary("List the data sets with their status")
            .Answers(200, "The data sets, built-in ones first.")
            .AnswersContentEntityTag("the list");
        datasets.MapGet("{name}", Get)
            .WithName("getDataset")
            .WithSummary("One data set")
            .Answers(200, "The data set.")
            .AnswersContentEntityTag("the data set and its status")
            .ProducesProblems(ProblemType.DatasetNotFound);
        datasets.MapPut("{name}", Put)
            .RequireRole(Roles.Operator)
            .WithName("putDataset")
            .WithSummary("Store a custom data set: a zip of PNGs, or IDX files")
            .AcceptsDataset()
            .Produces<DatasetResponse>(200)
            .Produces<DatasetResponse>(201)
            .Answers(200, "The data set, which was stored before with the same images.")
            .Answers(201, "Data set stored.")
            .AnswersLocation(201, "/v1/datasets/leaves")
            .ProducesProblems(ProblemType.Conflict)
            .DisableRequestTimeout(); // its size and its speed are bounded
        datasets.MapDelete("{name}", Delete)
            .RequireRole(Roles.Operator)
            .WithName("deleteDataset")
            .WithSummary("Delete a data set that no unfinished job trains on")
            .Answers(204, "Data set deleted.")
            .ProducesProblems(ProblemType.DatasetNotFound, ProblemType.Conflict);
        datasets.MapGet("{name}/{split}/labels", Labels)
            .WithName("getDatasetLabels")
            .WithSummary("Labels of the images of a data set")
            .WithInputEntityTags("name")
            .Produces<DatasetLabelsResponse>(200, Compression.Json, MediaTypes.Npy)
            .Answers(200, "The labels, as JSON or as an NPY file [N] of uint8.")
            .VariesBy(HeaderNames.Accept)
            .ProducesProblems(ImageInputReader.SplitRefusals)
            .ProducesProblems(ProblemType.ImageNotFound, ProblemType.LabelsNotFound);
        datasets.MapGet("{name}/{split}/{index}", ImageAsNumbers)
            .WithName("getDatasetImage")
            .WithSummary("One image of a data set in numbers, with its label")
            .WithInputEntityTags("name")
            .Answers(200, "The image.")
            .ProducesProblems(ImageInputReader.SplitRefusals)
            .ProducesProblems(ProblemType.ImageNotFound);
        datasets.MapGet("{name}/{split}/{index}.png", Image)
            .WithName("getDatasetPicture")
            .WithSummary("One image of a data set")
            .WithInputEntityTags("name")
            .Produces(200, contentType: "image/png")
            .Answers(200, "The image.")
            .ProducesProblems(ImageInputReader.SplitRefusals)
            .ProducesProblems(ProblemType.ImageNotFound)
            .ProducesProblems(FigureSizeLimit.Refusals);
    }

    private static async Task<Ok<DatasetResponse[]>> List(DatasetCatalog datasets, DatasetStore own, CancellationToken token)
    {
        var responses = new List<DatasetResponse>();
        foreach (string name in BuiltInDatasets.Names)
        {
            responses.Add(DatasetResponse.Of(name, await datasets.StatusAsync(name, token)));
        }

        return TypedResults.Ok<DatasetResponse[]>([.. responses, .. (await own.ListAsync(token)).Select(DatasetResponse.Of)]);
    }

    private static async Task<Results<Ok<DatasetResponse>, ProblemHttpResult>> Get(
        [Description(FromList)] string name, DatasetStore own, DatasetCatalog datasets, CancellationToken token)
    {
        if (DatasetCatalog.IsBuiltIn(name))
        {
            return TypedResults.Ok(DatasetResponse.Of(name, await datasets.StatusAsync(name, token)));
        }

        return await own.FindAsync(name, token) is { } row
            ? TypedResults.Ok(DatasetResponse.Of(row))
            : Problems.DatasetNotFound(name, await datasets.NamesAsync(token));
    }

    private static async Task<IResult> Put(
        [Name, Description("Name of the data set.")] string name, HttpRequest request, DatasetUploads uploads, CancellationToken token,
        [Bounds(0, int.MaxValue), Description("Seed that assigns images to the splits that the upload does not name.")] int seed = 1,
        [Fraction, Description("Fraction of the training images for the validation split where the upload has none.")]
            double validation = 0.1,
        [Fraction, Description("Fraction of the training images for the test split, where the upload has none.")] double test = 0.1)
    {
        if (DatasetCatalog.IsBuiltIn(name))
        {
            return BuiltIn(name);
        }

        if (!(await uploads.PutAsync(name, request, new SplitWish(seed, validation, test), token)).TryGet(
                out StoredDataset? stored,
                out ProblemHttpResult? problem))
        {
            return problem;
        }

        DatasetResponse response = DatasetResponse.Of(stored.Row);
        return stored.IsNew ? TypedResults.Created($"/v1/datasets/{name}", response) : TypedResults.Ok(response);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        [Description(FromList)] string name,
        DatasetStore own,
        DatasetCatalog datasets,
        CancellationToken token)
    {
        if (DatasetCatalog.IsBuiltIn(name))
        {
            return BuiltIn(name);
        }

        return await own.DeleteAsync(name, token) switch
        {
            DatasetDelete.Deleted => TypedResults.NoContent(),
            DatasetDelete.Needed needed => Problems.Conflict(
                $"Job {needed.Job} trains on it and has not ended. POST {JobLinks.Of(needed.Job).Cancel} first."),
            _ => Problems.DatasetNotFound(name, await datasets.NamesAsync(token)),
        };
    }

    private static ProblemHttpResult BuiltIn(string name) =>
        Problems.Conflict($"'{name}' is built in; it can be neither replaced nor deleted. Choose another name.");

    private static async Task<IResult> Labels(
        [Description(FromList)] string name, [Split] string split, ImageInputReader images, HttpContext context, CancellationToken token,
        [Description("Index of the first image in the split, from 0.")] int first = 0,
        [Bounds(1, int.MaxValue), Description("Number of images; by default all from `first` on.")] int? count = null)
    {
        if (!(await images.DatasetAsync(name, context.User, token)).TryGet(out Dataset? data, out ProblemHttpResult? problem))
        {
            return problem;
        }

        DatasetSplit set = data.Split(split)!; // its name was checked
        int many = ImageInputReader.CountFrom(first, count, set);
        if (!data.HasLabels)
        {
            return Problems.LabelsNotFound(name);
        }

        return ImageInputReader.OutOfRange(name, split, set, first, many) is { } outside ? outside
            : context.Request.Prefers(MediaTypes.Npy, over: Compression.Json)
                ? TypedResults.File(NpyFile.Write([many], set.Labels(first, many)), MediaTypes.Npy, "labels.npy")
            : TypedResults.Ok(new DatasetLabelsResponse(first, [.. set.Labels(first, many)], data.LabelNames));
    }

    private static async Task<Results<Ok<DatasetImageResponse>, ProblemHttpResult>> ImageAsNumbers(
        [Description(FromList)] string name, [Split] string split, int index, ImageInputReader images, HttpContext context,
        CancellationToken token)
    {
        if (!(await images.DatasetAsync(name, context.User, token)).TryGet(out Dataset? data, out ProblemHttpResult? problem))
        {
            return problem;
        }

        DatasetSplit set = data.Split(split)!; // its name was checked
        return index >= 0 && index < set.Count
            ? TypedResults.Ok(DatasetImageResponse.Of(data, set, index))
            : Problems.ImageNotFound(name, split, index, set.Count);
    }

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> Image(
        [Description(FromList)] string name,
        [Split] string split,
        int index,
        ImageInputReader images,
        FigureSizeLimit figures,
        HttpContext context,
        CancellationToken token,
        [Bounds(1, TileGridOptions.MaxScale)] int scale = 1)
    {
        if (!(await images.SplitAsync(name, split, context.User, token)).TryGet(out DatasetSplit? set, out ProblemHttpResult? problem))
        {
            return problem;
        }

        return index < 0 || index >= set.Count ? Problems.ImageNotFound(name, split, index, set.Count)
            : figures.Refusal(context, (long)set.Width * scale, (long)set.Height * scale) is { } tooLarge ? tooLarge
            : TypedResults.File(
                PngEncoder.Encode(ImageMontage.Enlarged(Domain.Imaging.InterleavedImage.FromPlanes(set.Shape, set.Image(index)), scale)),
                "image/png");
    }
}
