using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Idempotency;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Models;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Checkpoints;

/// <summary>A checkpoint: the weights of a network at one step, and its settings.</summary>
/// <param name="Id">Identifier used in URLs.</param>
/// <param name="JobId">Id of the job that wrote the checkpoint; null of an imported one and of an example.</param>
/// <param name="Name">Name given at import, or null.</param>
/// <param name="Imported">Whether the checkpoint was imported: step and losses are then read from the file, not measured.</param>
/// <param name="Architecture">Architecture of the network.</param>
/// <param name="Settings">Settings of the training.</param>
/// <param name="Step">Training steps done.</param>
/// <param name="Losses">Mean squared error per pixel, pixels 0..1; <c>test</c> only after a job's last step.</param>
/// <param name="Layers">Named layers of the network.</param>
/// <param name="InputSize">Numbers of an image: channels · height · width.</param>
/// <param name="CodeSize">Numbers of the code.</param>
/// <param name="Compression">inputSize / codeSize: below 1 the code is wider than the image.</param>
/// <param name="Bytes">Size of the safetensors file, in bytes.</param>
/// <param name="Sha256">SHA-256 of the safetensors file, in lower-case hexadecimal.</param>
/// <param name="CreatedAt">Time when the checkpoint was written or imported.</param>
/// <param name="Lineage">
/// Data set and parent checkpoint, as recorded when the checkpoint was written; null of an imported checkpoint, of an example, and of one
/// from before this was recorded.
/// </param>
/// <param name="Provenance">How an example that comes with the service was made; null of all other checkpoints.</param>
internal sealed record CheckpointResponse(
    Guid Id,
    Guid? JobId,
    string? Name,
    bool Imported,
    Architecture Architecture,
    TrainingSettings Settings,
    int Step,
    Losses Losses,
    LayerResponse[] Layers,
    int InputSize,
    int CodeSize,
    double Compression,
    int Bytes,
    [property: RegularExpression("^[0-9a-f]{64}$")] string Sha256,
    DateTime CreatedAt,
    CheckpointLineage? Lineage,
    Provenance? Provenance)
{
    public static CheckpointResponse Of(CheckpointRow row)
    {
        NetworkDefinition network = NetworkDefinition.For(row.Settings);
        return new(
            row.Id,
            row.JobId,
            row.Name,
            row.JobId is null && row.Provenance is null,
            row.Architecture,
            row.Settings,
            row.Step,
            row.Losses,
            LayerResponse.AllOf(network),
            network.Input.Count,
            network.CodeShape.Count,
            network.Compression,
            row.Bytes,
            row.Sha256,
            row.CreatedAt,
            CheckpointLineage.Of(row),
            row.Provenance);
    }
}

/// <summary>A named layer of a network.</summary>
/// <param name="Name">Name of the layer, as in <c>/layers/{layer}/tiles</c>.</param>
/// <param name="Shape">Channels, height, width.</param>
/// <param name="Parameters">Number of trainable parameters of the layer.</param>
internal sealed record LayerResponse(string Name, [property: Length(3, 3)] int[] Shape, int Parameters)
{
    public static LayerResponse[] AllOf(NetworkDefinition network) =>
        [
            .. network
                .Layers.Select(layer => new LayerResponse(
                    layer.Name,
                    layer.Output.ToArray(),
                    layer.Parameters.Sum(parameter => parameter.Count))),
        ];
}

internal static class CheckpointEndpoints
{
    /// <summary>A file name without its ending, as the OpenAPI document shows it.</summary>
    public const string ExampleName = "nearest-unpool-600-01a21060-f263-74af-be43-6cf8a0371105";

    public static void MapCheckpoints(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder checkpoints = app.MapGroup("/v1/checkpoints").WithTags("Checkpoints").RequireRole(Roles.Reader);
        checkpoints.MapGet("", List)
            .WithName("listCheckpoints")
            .WithSummary("List the checkpoints, newest first")
            .Answers(200, "A page of checkpoints.")
            .AnswersContentEntityTag("the page");
        checkpoints.MapGet("{reference}", Get)
            .WithName("getCheckpoint")
            .WithSummary("One checkpoint, by id or tag")
            .Answers(200, "The checkpoint.")
            .AnswersEntityTag("the checkpoint, which never changes")
            .ProducesProblems(ProblemType.CheckpointNotFound);
        checkpoints.MapPost("", Import)
            .RequireRole(Roles.Operator)
            .WithName("importCheckpoint")
            .WithSummary("Import a safetensors file that this service, or one like it, has written")
            .AcceptsCheckpoint()
            .TakesIdempotencyKey()
            .Produces<CheckpointResponse>(201)
            .Answers(201, "Checkpoint imported.")
            .AnswersLocation(201, "/v1/checkpoints/01a21060-f263-74af-be43-6cf8a0371105")
            .ProducesProblems(ProblemType.Unprocessable);
        checkpoints.MapDelete("{reference}", Delete)
            .RequireRole(Roles.Operator)
            .WithName("deleteCheckpoint")
            .WithSummary("Delete a checkpoint that no tag names and no running job needs")
            .Answers(204, "Checkpoint deleted.")
            .ProducesProblems(ProblemType.CheckpointNotFound, ProblemType.CheckpointTagged, ProblemType.Conflict);
        checkpoints.MapWeights();
        checkpoints.MapOnnx();
        checkpoints.MapGet("{reference}/layers", Layers)
            .WithName("listLayers")
            .WithSummary("The named layers with their shapes")
            .Answers(200, "The layers, from the input to the output.")
            .AnswersContentEntityTag("the layers")
            .ProducesProblems(ProblemType.CheckpointNotFound);
    }

    private static void MapWeights(this RouteGroupBuilder checkpoints) => checkpoints.MapGet("{reference}/weights", Weights)
        .WithName("downloadWeights")
        .WithSummary("Download the safetensors file")
        .TakesHeader("Range", "Byte range of the file to send.", "bytes=0-1023")
        .Produces(200, contentType: CheckpointUpload.RawType)
        .Produces(206, contentType: CheckpointUpload.RawType)
        .Answers(200, "The safetensors file.")
        .Answers(206, "The requested byte range of the file.")
        .AnswersEntityTag("the file, by its sha256")
        .AnswersHeader(200, "Content-Disposition", "File name for saving.", $"attachment; filename={ExampleName}.safetensors")
        .AnswersHeader(206, "Content-Range", "Byte range of this response, and size of the file.", "bytes 0-1023/319944")
        .ProducesProblems(ProblemType.CheckpointNotFound, ProblemType.CheckpointDamaged)
        .ProducesProblems(ProblemType.PreconditionFailed, ProblemType.RangeNotSatisfiable)
        .DisableRequestTimeout();

    private static async Task<Results<Ok<Page<CheckpointResponse>>, ProblemHttpResult>> List(
        IDbContextFactory<AppDbContext> stores,
        CancellationToken token,
        [Description("Only the checkpoints of this job.")] Guid? jobId = null,
        [OneOf<Architecture>] string? architecture = null,
        [Description("Only the examples that come with the service, in place of the stored checkpoints.")] bool examples = false,
        [Bounds(1, Paging.MaxLimit)] int limit = Paging.DefaultLimit,
        [Pattern(TrainingSettingsValidator.NamePattern, Paging.CursorRule)] string? cursor = null)
    {
        Architecture? wanted = architecture is null ? null : JsonConventions.Parse<Architecture>(architecture);
        if (Paging.Check(cursor, out Guid? before) is { } problem)
        {
            return problem;
        }

        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        List<CheckpointRow> rows = examples
            ? [.. Page(ExampleCheckpoints.All.Select(example => example.Row).AsQueryable())]
            : await Page(store.Checkpoints.AsNoTracking()).ToListAsync(token);
        return TypedResults.Ok(Paging.Cut(rows, limit, row => row.Id, CheckpointResponse.Of));

        IQueryable<CheckpointRow> Page(IQueryable<CheckpointRow> all) => all
            .Where(row =>
                (jobId == null || row.JobId == jobId)
                && (wanted == null || row.Architecture == wanted)
                && (before == null || row.Id < before))
            .OrderByDescending(row => row.Id)
            .Take(limit + 1);
    }

    private static async Task<Results<Ok<CheckpointResponse>, StatusCodeHttpResult, ProblemHttpResult>> Get(
        string reference, CheckpointStore checkpoints, HttpContext context, CancellationToken token)
    {
        if (await checkpoints.FindAsync(reference, token) is not { } row)
        {
            return Problems.CheckpointNotFound(reference);
        }

        return context.IsKnown(ConditionalRequests.EntityTag(row.Id.ToString("N")))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Ok(CheckpointResponse.Of(row));
    }

    private static async Task<IResult> Import(
        HttpContext context, CheckpointStore checkpoints, StorageBound storage, IdempotencyKeys keys, CancellationToken token,
        [Name, Description("Name of the checkpoint.")] string? name = null)
    {
        if (!(await CheckpointUpload.ReadAsync(context.Request, token)).TryGet(out CheckpointUpload? upload, out ProblemHttpResult? problem)
        )
        {
            return problem;
        }

        IdempotentRequest call = await keys.BeginAsync(context, upload.Content, token);
        if (call.Answer is { } answer)
        {
            return answer;
        }

        if (await storage.ImportRefusalAsync(upload.Content.Length, token) is { } full)
        {
            return full;
        }

        (CheckpointRow row, CheckpointFileRow file) = CheckpointStore.ImportedRows(name, upload);
        (string location, CheckpointResponse response) = ($"/v1/checkpoints/{row.Id}", CheckpointResponse.Of(row));
        return await checkpoints.AddAsync(row, file, call.Row(201, location, response), token)
            ? TypedResults.Created(location, response)
            : await keys.RepeatAsync(call, token);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        string reference,
        CheckpointStore checkpoints,
        CancellationToken token)
    {
        if (await checkpoints.FindAsync(reference, token) is not { } row)
        {
            return Problems.CheckpointNotFound(reference);
        }

        return await checkpoints.DeleteAsync(row, token) switch
        {
            CheckpointDelete.Deleted => TypedResults.NoContent(),
            CheckpointDelete.Tagged tagged => Problems.CheckpointTagged(tagged.Tag, $"checkpoint {row.Id}"),
            CheckpointDelete.Example example => Problems.Conflict($"'{example.Tag}' comes with the service and cannot be deleted."),
            CheckpointDelete.Needed needed => Problems.Conflict(
                $"Job {needed.Job} has not ended and may have to go on from this checkpoint. POST {JobLinks.Of(needed.Job).Cancel} first."),
            _ => Problems.CheckpointNotFound(reference),
        };
    }

    private static async Task<Results<Ok<LayerResponse[]>, ProblemHttpResult>> Layers(
        string reference,
        CheckpointStore checkpoints,
        CancellationToken token) =>
        await checkpoints.FindAsync(reference, token) is { } row
            ? TypedResults.Ok(LayerResponse.AllOf(NetworkDefinition.For(row.Settings)))
            : Problems.CheckpointNotFound(reference);

    private static async Task<Results<FileStreamHttpResult, StatusCodeHttpResult, ProblemHttpResult>> Weights(
        string reference, CheckpointStore checkpoints, HttpContext context, CancellationToken token)
    {
        if (await checkpoints.FindAsync(reference, token) is not { } row)
        {
            return Problems.CheckpointNotFound(reference);
        }

        if (Guid.TryParse(reference, out _)) // and no tag, which may move
        {
            context.Response.NeverChanges();
        }

        if (context.IsKnownFile(row.Sha256))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        return await checkpoints.OpenAsync(row, token) is { } file
            ? TypedResults.Stream(
                file, CheckpointUpload.RawType, row.FileName("safetensors"),
                enableRangeProcessing: true, lastModified: row.CreatedAt, entityTag: ConditionalRequests.EntityTag(row.Sha256))
            : Problems.CheckpointChanged(row.Id);
    }
}
