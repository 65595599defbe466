using System.Text.Json;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Domain.Numerics;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

/// <summary>A code as it came in, or why it is not taken.</summary>
internal abstract record CodeRead
{
    /// <param name="Picture">Values 0..1 of the picture whose switches to use, where the body named one.</param>
    internal sealed record Code(float[] Values, float[]? Picture) : CodeRead;

    internal sealed record Refused(ProblemHttpResult Problem) : CodeRead;

    public static implicit operator CodeRead(ProblemHttpResult problem) => new Refused(problem);
}

/// <summary>Gets the code that a request is about: as JSON, or as a file of NumPy's.</summary>
internal static class CodeReader
{
    public const string NpyType = "application/x-npy";

    private const float MaxValue = 1e15f; // beyond it the widest decoder, with the largest weights that are imported, could overflow float32; no encoder can reach it

    public static async Task<CodeRead> ReadAsync(HttpRequest request, NetworkPlan plan, CancellationToken token)
    {
        bool isNpy = FirstBytes.Tell(await FirstBytes.PeekAsync(request, token)) == FirstBytes.Npy || request.HasMediaType(NpyType);
        return isNpy ? await FromNpyAsync(request, plan.CodeShape, token)
            : request.HasJsonContentType() ? await FromJsonAsync(request, plan, token)
            : Problems.MediaTypeUnsupported($"Send the code as application/json or as {NpyType}.");
    }

    private static async Task<CodeRead> FromJsonAsync(HttpRequest request, NetworkPlan plan, CancellationToken token)
    {
        FeatureShape shape = plan.CodeShape;
        DecodeRequest? body;
        try
        {
            body = await request.ReadFromJsonAsync<DecodeRequest>(token);
        }
        catch (JsonException e)
        {
            return Problems.CodeMissing($"The body is not {{\"shape\": [...], \"values\": [...]}} as encode gives it: {e.Message}");
        }

        if (body is not { Shape: not null, Values: not null })
        {
            return Problems.CodeMissing("The body is not {\"shape\": [...], \"values\": [...]} as encode gives it.");
        }

        if (!body.Shape.SequenceEqual(shape.ToArray()) || body.Values.Length != shape.Count)
        {
            return Problems.CodeUnusable(
                $"It has the shape [{string.Join(", ", body.Shape)}] and {body.Values.Length} values; this network's codes are [{string.Join(", ", shape.ToArray())}], {shape.Count} values.");
        }

        return body.Pixels switch
        {
            null => Checked(body.Values, null),
            var pixels => DigitReader.FromPixels(pixels, plan.Input) switch
            {
                DigitRead.Digit digit => Checked(body.Values, digit.Values),
                DigitRead.Refused refused => refused.Problem,
                _ => throw new InvalidOperationException("unreachable"),
            },
        };
    }

    private static async Task<CodeRead> FromNpyAsync(HttpRequest request, FeatureShape shape, CancellationToken token)
    {
        (ReadOnlyMemory<byte> file, ProblemHttpResult? full) = await request.HttpContext.ReadAsync(request.Body, token);
        return full is not null ? full : NpyFile.Read(file.Span, shape.ToArray()) switch
        {
            NpyRead.Array array => Checked(array.Values, null),
            NpyRead.Invalid invalid when file.Length > 0 => Problems.CodeUnusable(invalid.Reason),
            _ => Problems.CodeMissing("The body is empty."),
        };
    }

    private static CodeRead Checked(float[] values, float[]? picture)
    {
        int fault = Array.FindIndex(values, value => !(Math.Abs(value) <= MaxValue));
        return fault < 0 ? new CodeRead.Code(values, picture) : Problems.CodeUnusable($"Value {fault} is {values[fault]}; all must be finite, and at most {MaxValue:E0} in size.");
    }

    private sealed record DecodeRequest(int[] Shape, float[] Values, float[]? Pixels = null);
}
