using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Training.Export;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Checkpoints;

internal static class OnnxEndpoint
{
    private const string ContentType = "application/octet-stream";

    public static void MapOnnx(this RouteGroupBuilder checkpoints) => checkpoints.MapGet("{reference}/onnx", Export)
        .WithName("exportOnnx").WithSummary("The network as an ONNX model: picture [N, C, H, W] in, reconstruction and code out")
        .Produces(200, contentType: ContentType).AnswersEntityTag("the model, by the sha256 of the checkpoint's file and the version of the export")
        .AnswersHeader(200, "Content-Disposition", "A name to save the file by.", "attachment; filename=nearest-unpool-600-01a21060-f263-74af-be43-6cf8a0371105.onnx")
        .ProducesProblem(404).ProducesProblem(412).ProducesProblem(422).DisableRequestTimeout();

    private static async Task<Results<FileContentHttpResult, ProblemHttpResult>> Export(string reference, CheckpointStore checkpoints, CancellationToken token)
    {
        if (await checkpoints.FindAsync(reference, token) is not { } row)
        {
            return Problems.CheckpointNotFound(reference);
        }

        return await checkpoints.LoadAsync(row, token) switch
        {
            SnapshotRead.Valid valid => Model(row, valid.Snapshot),
            SnapshotRead.Invalid invalid => Problems.CheckpointDamaged(invalid.Reason),
            _ => throw new InvalidOperationException("unreachable"),
        };
    }

    private static FileContentHttpResult Model(CheckpointRow row, Snapshot snapshot) => TypedResults.File(
        OnnxFile.Write(snapshot), ContentType, row.FileName("onnx"),
        lastModified: row.CreatedAt, entityTag: Conditional.EntityTag($"{row.Sha256}-onnx{OnnxFile.Version}"));
}
