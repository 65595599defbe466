using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Imaging;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Films;

/// <summary>The film of a job's learning.</summary>
/// <param name="JobId">Id of the job.</param>
/// <param name="Frames">Frames in the order of their steps; none of a job whose <c>film</c> is false.</param>
internal sealed record FilmResponse(Guid JobId, FilmFrameResponse[] Frames);

/// <summary>The weights of a network at one step of its training.</summary>
/// <param name="Step">Training steps done.</param>
/// <param name="Bytes">Size of the safetensors file, in bytes.</param>
/// <param name="Sha256">SHA-256 of the safetensors file, in lower-case hexadecimal.</param>
/// <param name="Links">Paths of related resources.</param>
internal sealed record FilmFrameResponse(
    int Step,
    int Bytes,
    [property: RegularExpression("^[0-9a-f]{64}$")] string Sha256,
    FilmFrameLinks Links);

/// <summary>The paths of a frame.</summary>
/// <param name="Self">Path of the frame's safetensors file.</param>
internal sealed record FilmFrameLinks([property: ApiPath] string Self);

internal static class FilmEndpoints
{
    private const string ExampleId = "01a21060-c1dc-7de8-acad-04c104cfdd76";
    private const string LayerMeaning = "Layer that the views `layer` and `kernels` show, such as `code` or `conv1`.";
    private const string DatasetMeaning = "Name of a data set in place of the job's own.";
    private const int LastFrameFactor = 4; // of the time of the others

    public static void MapFilms(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder job = app.MapGroup("/v1/training-jobs/{id}").WithTags("Training jobs").RequireRole(Roles.Reader);
        job.TakesParameter("id", "Id of the job.", ExampleId).ProducesProblems(ProblemType.JobNotFound);
        job.MapGet("film", List)
            .WithName("listFilmFrames")
            .WithSummary("List the frames of the film of a job's learning")
            .Answers(200, "The frames, in the order of their steps.")
            .AnswersEntityTag("the frames");
        job.MapGet("film/{step}", Frame)
            .WithName("getFilmFrame")
            .WithSummary("Download a frame: the weights at one step, as a checkpoint file without optimizer state and losses")
            .TakesParameter("step", "Step of the frame, from `GET /v1/training-jobs/{id}/film`.", "512")
            .Produces(200, contentType: CheckpointUpload.RawType)
            .Answers(200, "The safetensors file.")
            .AnswersEntityTag("the file, by its sha256")
            .AnswersHeader(200, "Content-Disposition", "File name for saving.", $"attachment; filename={FileName(ExampleId, 512)}")
            .ProducesProblems(ProblemType.FrameNotFound, ProblemType.FrameDamaged)
            .ProducesProblems(RequestMemory.Refusals);
        job.MapFigures();
    }

    private static void MapFigures(this RouteGroupBuilder job)
    {
        job.MapGet("film.png", Strip)
            .WithInputEntityTags()
            .WithName("drawFilm")
            .WithSummary("Render the film as a strip of images, each with its step under it")
            .Produces(200, contentType: "image/png")
            .Answers(200, "The strip.")
            .ProducesProblems(FilmRenderer.Refusals);
        job.MapGet("film.apng", Animation)
            .WithInputEntityTags()
            .WithName("animateFilm")
            .WithSummary("Render the film as an animated PNG")
            .Produces(200, contentType: "image/apng")
            .Answers(200, "The animation; a reader that knows still PNGs only shows its first frame.")
            .ProducesProblems(FilmRenderer.Refusals);
    }

    private static async Task<Results<Ok<FilmResponse>, StatusCodeHttpResult, ProblemHttpResult>> List(
        Guid id, FilmStore films, HttpContext context, CancellationToken token)
    {
        if (await films.VersionAsync(id, token) is not { } version)
        {
            return Problems.JobNotFound(id);
        }

        if (context.IsKnown(ConditionalRequests.EntityTag(version.EntityTag)))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        List<FilmFrame> frames = await films.FramesAsync(id, token);
        return TypedResults.Ok(new FilmResponse(
            id,
            [
                .. frames.Select(frame => new FilmFrameResponse(
                    frame.Step, frame.Bytes, frame.Sha256, new FilmFrameLinks($"/v1/training-jobs/{id}/film/{frame.Step}"))),
            ]));
    }

    private static async Task<Results<FileContentHttpResult, StatusCodeHttpResult, ProblemHttpResult>> Frame(
        Guid id, int step, FilmStore films, HttpContext context, CancellationToken token)
    {
        if (await films.FindAsync(id, step, token) is not { } frame)
        {
            return await films.FindJobAsync(id, token) is null ? Problems.JobNotFound(id) : Problems.FrameNotFound(id, step);
        }

        if (context.IsKnown(frame.Sha256, CheckpointUpload.RawType))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        if (context.Memory().Take(frame.Bytes) is { } full)
        {
            return full;
        }

        return await films.ReadAsync(id, frame, token) is { } file
            ? TypedResults.File(file, CheckpointUpload.RawType, FileName(id, step))
            : Problems.FrameDamaged(id, step);
    }

    private static async Task<IResult> Strip(
        Guid id, [AsParameters] FilmQuery query, [AsParameters] NoiseQuery noise, FilmStore films, FilmRenderer renderer,
        HttpContext context, CancellationToken token, [Description(LayerMeaning)] string? layer = null,
        [Description(DatasetMeaning)] string? dataset = null,
        [Bounds(1, FilmQuery.MaxFrames + 1), Description("Images in a row; by default all.")] int? columns = null)
    {
        if (await films.FindJobAsync(id, token) is not { } job)
        {
            return Problems.JobNotFound(id);
        }

        return (await renderer.RenderAsync(
            new FilmRequest(job, query, noise, layer, dataset, columns ?? int.MaxValue), context, token)).TryGet(
            out FilmFigure? figure,
            out ProblemHttpResult? problem)
            ? TypedResults.File(PngEncoder.Encode(figure.Layout.Render(figure.Images)), "image/png")
            : problem;
    }

    private static async Task<IResult> Animation(
        Guid id, [AsParameters] FilmQuery query, [AsParameters] NoiseQuery noise, FilmStore films, FilmRenderer renderer,
        HttpContext context, CancellationToken token, [Description(LayerMeaning)] string? layer = null,
        [Description(DatasetMeaning)] string? dataset = null,
        [Bounds(20, 10_000), Description("How long each frame is shown; the last one stays four times as long.")]
        int milliseconds = 500)
    {
        if (await films.FindJobAsync(id, token) is not { } job)
        {
            return Problems.JobNotFound(id);
        }

        if (!(await renderer.RenderAsync(new FilmRequest(job, query, noise, layer, dataset, Columns: null), context, token)).TryGet(
                out FilmFigure? figure,
                out ProblemHttpResult? problem))
        {
            return problem;
        }

        Canvas[] frames = [.. figure.Images.Select(image => figure.Layout.Render([image]))];
        int[] times = [.. frames.Select((_, i) => (i == frames.Length - 1 ? LastFrameFactor : 1) * milliseconds)];
        return TypedResults.File(PngEncoder.Animate(frames, times), "image/apng");
    }

    private static string FileName(object job, int step) => $"{job}-{step}.safetensors";
}
