using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Evaluations;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Domain.Numerics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

/// <summary>A code as it came in.</summary>
/// <param name="Values">Of the code; empty beside a batch.</param>
/// <param name="Image">Values 0..1 of the image whose switches to use, where the body named one.</param>
/// <param name="Batch">Several codes; null where one came.</param>
internal sealed record CodeInput(float[] Values, float[]? Image, BatchInput? Batch = null);

/// <summary>Gets the code that a request is about: as JSON, or as a file of NumPy's.</summary>
internal sealed class CodeInputReader(EvaluationStore evaluations)
{
    public const string NpyType = MediaTypes.Npy;

    /// <summary>Of a request that sends a code.</summary>
    public static readonly ProblemType[] Refusals = [
        ProblemType.CodeMissing, ProblemType.CodeUnusable, ProblemType.EvaluationNotFound, ProblemType.Conflict, .. RequestMemory.Refusals,
    ];

    // beyond it the widest decoder, with the largest weights that are imported, could overflow float32; no encoder can reach it
    private const float MaxValue = 1e15f;

    private const int BatchAxes = 4;

    /// <param name="checkpoint">Whose network is to decode the code.</param>
    public async Task<Result<CodeInput, ProblemHttpResult>> ReadAsync(
        HttpRequest request,
        Guid checkpoint,
        NetworkDefinition definition,
        BatchInputReader batches,
        CancellationToken token)
    {
        bool isNpy = FirstBytes.Tell(await FirstBytes.PeekAsync(request, token)) == FirstBytes.Npy || request.HasMediaType(NpyType);
        return isNpy ? await FromNpyAsync(request, definition.CodeShape, batches, token)
            : request.HasJsonContentType() ? await FromJsonAsync(request, checkpoint, definition, token)
            : Problems.MediaTypeUnsupported($"Send the code as application/json or as {NpyType}.");
    }

    private async Task<Result<CodeInput, ProblemHttpResult>> FromJsonAsync(
        HttpRequest request,
        Guid checkpoint,
        NetworkDefinition definition,
        CancellationToken token)
    {
        TensorShape shape = definition.CodeShape;
        DecodeRequest? body;
        try
        {
            body = await request.ReadFromJsonAsync<DecodeRequest>(token);
        }
        catch (JsonException e)
        {
            return Problems.CodeMissing($"The body is not {{\"shape\": [...], \"values\": [...]}} as encode gives it: {e.Message}");
        }

        if (body is { Plane: { } plane })
        {
            return (await OnPlaneAsync(plane, body.Evaluation, checkpoint, token)).TryGet(out float[]? code, out ProblemHttpResult? refusal)
                ? WithImage(code, body.Pixels, definition)
                : refusal;
        }

        if (body is not { Shape: not null, Values: not null })
        {
            return Problems.CodeMissing("The body is not {\"shape\": [...], \"values\": [...]} as encode gives it.");
        }

        if (!body.Shape.SequenceEqual(shape.ToArray()) || body.Values.Length != shape.Count)
        {
            return Problems.CodeUnusable(
                $"It has the shape [{string.Join(", ", body.Shape)}] and {body.Values.Length} values; this network's codes are "
                + $"[{string.Join(", ", shape.ToArray())}], {shape.Count} values."
            );
        }

        return WithImage(body.Values, body.Pixels, definition);
    }

    private static Result<CodeInput, ProblemHttpResult> WithImage(float[] code, float[]? pixels, NetworkDefinition definition) =>
        pixels is null ? Checked(code, image: null)
        : ImageInputReader.FromPixels(pixels, definition.Input).TryGet(out ImageInput? image, out ProblemHttpResult? problem)
            ? Checked(code, image.Values)
        : problem;

    /// <summary>The code at a place of an evaluation's plane; or the problem with either.</summary>
    private async Task<Result<float[], ProblemHttpResult>> OnPlaneAsync(
        float[] plane, Guid? evaluation, Guid checkpoint, CancellationToken token)
    {
        if (plane.Length != 2 || !plane.All(float.IsFinite))
        {
            return Problems.Invalid("plane", "must be two numbers: x and y on the map of the evaluation by PCA.");
        }

        if (evaluation is not { } id)
        {
            return Problems.Invalid("evaluation", "must be the id of the evaluation whose plane it is.");
        }

        return await evaluations.FindAsync(id, token) is not { } found ? Problems.EvaluationNotFound(id)
            : found.Row.CheckpointId != checkpoint
                ? Problems.CodeUnusable(
                    $"Evaluation {id} is of checkpoint {found.Row.CheckpointId}; its plane lies among the codes of that one. Decode "
                    + $"there, or name an evaluation of checkpoint {checkpoint}.")
            : await evaluations.MapAsync(id, token) is { } map ? map.Map.CodeAt(plane[0], plane[1])
            : EvaluationEndpoints.NotYet(found);
    }

    private static async Task<Result<CodeInput, ProblemHttpResult>> FromNpyAsync(
        HttpRequest request,
        TensorShape shape,
        BatchInputReader batches,
        CancellationToken token)
    {
        if (!(await request.HttpContext.ReadAsync(request.Body, token)).TryGet(out ReadOnlyMemory<byte> file, out ProblemHttpResult? full))
        {
            return full;
        }

        bool isBatch = NpyFile.ReadHeader(file.Span).TryGet(out NpyHeader? header, out _)
            && header.Shape.Length == BatchAxes
            && BatchInputReader.IsTaken(request);
        if (isBatch)
        {
            return batches.Codes(file, shape, MaxValue, token).TryGet(out BatchInput? batch, out ProblemHttpResult? problem)
                ? new CodeInput([], Image: null, batch)
                : problem;
        }

        return NpyFile.Read(file.Span, shape.ToArray()).TryGet(out float[]? values, out string? fault) ? Checked(values, image: null)
            : file.Length > 0 ? Problems.CodeUnusable(fault)
            : Problems.CodeMissing("The body is empty.");
    }

    private static Result<CodeInput, ProblemHttpResult> Checked(float[] values, float[]? image)
    {
        int fault = Array.FindIndex(values, value => !(Math.Abs(value) <= MaxValue));
        return fault < 0
            ? new CodeInput(values, image)
            : Problems.CodeUnusable($"Value {fault} is {values[fault]}; all must be finite, and at most {MaxValue:E0} in size.");
    }
}

/// <summary>A code to decode.</summary>
/// <param name="Shape">Channels, height, width.</param>
/// <param name="Values">Values of the code, channel by channel, row by row.</param>
/// <param name="Pixels">Values 0..1 of the image whose pooling switches a switch-unpool network uses; ignored by others.</param>
/// <param name="Plane">In place of <c>shape</c> and <c>values</c>: x and y on the map by PCA of an evaluation of this checkpoint.</param>
/// <param name="Evaluation">Id of that evaluation; needed with <c>plane</c>.</param>
internal sealed record DecodeRequest(
    int[]? Shape = null,
    float[]? Values = null,
    [property: ItemBounds(0, 1)] float[]? Pixels = null,
    [property: Length(2, 2)] float[]? Plane = null,
    Guid? Evaluation = null);

internal static class CodeInputConventions
{
    /// <summary>Lets an endpoint's body be a code, as JSON or as a file of NumPy's.</summary>
    public static RouteHandlerBuilder AcceptsCode(this RouteHandlerBuilder endpoint) => endpoint
        .TakesUpTo(limits => limits.NumberBytes, json: limits => limits.NumberBytes)
        .TakesJson<DecodeRequest>()
        .TakesFile(
            CodeInputReader.NpyType,
            _ => "An NPY file of version 1.0 or 2.0: little-endian float32 in C order, [C, H, W]; `decode` takes a batch [N, C, H, W] too.")
        .ProducesProblems(CodeInputReader.Refusals);
}
