using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Export;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Checkpoints;

internal static class OnnxEndpoint
{
    private const string ContentType = "application/octet-stream";

    public static void MapOnnx(this RouteGroupBuilder checkpoints) => checkpoints.MapGet("{reference}/onnx", Export)
        .WithName("exportOnnx")
        .WithSummary("Export the network as ONNX: image [N, C, H, W] in, reconstruction and code out")
        .Produces(200, contentType: ContentType)
        .Answers(200, "The ONNX model.")
        .AnswersEntityTag("the model, by the sha256 of the checkpoint's file and the version of the export")
        .AnswersHeader(200, "Content-Disposition", "File name for saving.", $"attachment; filename={CheckpointEndpoints.ExampleName}.onnx")
        .ProducesProblems(ProblemType.CheckpointNotFound, ProblemType.CheckpointDamaged, ProblemType.PreconditionFailed)
        .DisableRequestTimeout();

    private static async Task<Results<PushStreamHttpResult, StatusCodeHttpResult, ProblemHttpResult>> Export(
        string reference, CheckpointStore checkpoints, HttpContext context, CancellationToken token)
    {
        if (await checkpoints.FindAsync(reference, token) is not { } row)
        {
            return Problems.CheckpointNotFound(reference);
        }

        if (context.IsKnownFile(TagOf(row)))
        {
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        }

        if (await checkpoints.OpenAsync(row, token) is not { } content)
        {
            return Problems.CheckpointChanged(row.Id);
        }

        return (await CheckpointHeader.ReadAsync(content, token)).TryGet(out CheckpointHeader? header, out string? damage)
            ? Model(row, header, content, context.Response, token)
            : Problems.CheckpointDamaged(damage);
    }

    private static string TagOf(CheckpointRow row) => $"{row.Sha256}-onnx{OnnxExporter.Version}";

    /// <summary>The model, its weights taken from the file as they are sent.</summary>
    private static PushStreamHttpResult Model(
        CheckpointRow row,
        CheckpointHeader header,
        Stream content,
        HttpResponse response,
        CancellationToken token)
    {
        OnnxExporter file = new OnnxExporter(header.Settings);
        long start = content.Position;
        Dictionary<string, TensorEntry> tensors = header.Weights.ToDictionary(tensor => tensor.Name);
        return TypedResults.Stream(
            async body =>
            {
                response.ContentLength = file.Length;
                await file.WriteAsync(body, CopyAsync, token);
            },
            ContentType, row.FileName("onnx"),
            lastModified: row.CreatedAt, entityTag: ConditionalRequests.EntityTag(TagOf(row)));

        async Task CopyAsync(Parameter parameter, Stream body)
        {
            TensorEntry tensor = tensors[parameter.Name];
            content.Position = start + tensor.Begin;
            await StreamCopyOperation.CopyToAsync(content, body, tensor.End - tensor.Begin, token);
        }
    }
}
