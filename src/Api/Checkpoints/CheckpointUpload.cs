using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Checkpoints;

/// <summary>A checkpoint file that somebody has sent.</summary>
internal sealed record CheckpointUpload(byte[] Content, CheckpointHeader Header)
{
    public const string Field = "file";
    public const string RawType = "application/octet-stream";

    /// <summary>Of the request: the largest file, and the parts of a form around it.</summary>
    public static readonly long MaxRequestBytes = CheckpointFile.MaxBytes + (64 * 1024);

    public const float MaxWeight = 10_000; // with the widest layers allowed, no image can then make the network overflow float32

    /// <summary>Of a request that sends a checkpoint.</summary>
    public static readonly ProblemType[] Refusals =
        [ProblemType.CheckpointMissing, ProblemType.CheckpointDamaged, .. RequestMemory.Refusals];

    /// <summary>Reads the file from the raw body, or from the multipart field <c>file</c>, without ever writing it to disk.</summary>
    public static async Task<Result<CheckpointUpload, ProblemHttpResult>> ReadAsync(HttpRequest request, CancellationToken token)
    {
        if (request.IsFileForm())
        {
            return await FromFormAsync(request, token);
        }

        string? found = FirstBytes.Tell(await FirstBytes.PeekAsync(request, token));
        return found == FirstBytes.Safetensors || (found is null && request.HasMediaType(RawType))
            ? await ReadAsync(request.HttpContext, request.BodyReader.AsStream(), token)
            : Problems.MediaTypeUnsupported(
                $"{FirstBytes.Said(found)}Send a safetensors file as {RawType}, or as the field '{Field}' of {FileForm.MediaType}.");
    }

    private static async Task<Result<CheckpointUpload, ProblemHttpResult>> FromFormAsync(HttpRequest request, CancellationToken token)
    {
        CheckpointUpload? upload = null;
        ProblemHttpResult? problem = await FileForm.ReadAsync(
            request,
            [Field],
            Problems.CheckpointMissing,
            async (_, part) =>
            {
                (await ReadAsync(request.HttpContext, part, token)).TryGet(out upload, out ProblemHttpResult? refusal);
                return refusal;
            },
            token);
        return problem is not null ? problem
            : upload is not null ? upload
            : Problems.CheckpointMissing($"The form has no file called '{Field}'. Send one: curl -F {Field}=@model.safetensors");
    }

    /// <summary>Believes the header before it makes room for the tensors, and reads no more than they need.</summary>
    private static async Task<Result<CheckpointUpload, ProblemHttpResult>> ReadAsync(
        HttpContext context,
        Stream body,
        CancellationToken token)
    {
        byte[] start = new byte[Safetensors.LengthBytes + SafetensorsHeader.MaxBytes];
        int read = await body.ReadAtLeastAsync(
            start.AsMemory(0, Safetensors.LengthBytes),
            Safetensors.LengthBytes,
            throwOnEndOfStream: false,
            token);
        if (Safetensors.HeaderLength(start.AsSpan(0, read), out int length) is { } fault)
        {
            return Problems.CheckpointDamaged(fault);
        }

        Memory<byte> json = start.AsMemory(Safetensors.LengthBytes, length);
        read = await body.ReadAtLeastAsync(json, length, throwOnEndOfStream: false, token);
        if (read < length)
        {
            return Problems.CheckpointDamaged($"The file ends within its header, after {read} of {length} bytes.");
        }

        return CheckpointHeader.Read(json).TryGet(out CheckpointHeader? header, out string? damage)
            ? await ReadTensorsAsync(start.AsMemory(0, Safetensors.LengthBytes + length), header, context, body, token)
            : Problems.CheckpointDamaged(damage);
    }

    private static async Task<Result<CheckpointUpload, ProblemHttpResult>> ReadTensorsAsync(
        ReadOnlyMemory<byte> start, CheckpointHeader header, HttpContext context, Stream body, CancellationToken token)
    {
        if (context.Memory().Take(2L * (start.Length + header.DataBytes)) is { } full) // and as the store takes them
        {
            return full;
        }

        byte[] file = new byte[start.Length + header.DataBytes];
        start.CopyTo(file);
        Memory<byte> data = file.AsMemory(start.Length);
        int read = await body.ReadAtLeastAsync(data, data.Length, throwOnEndOfStream: false, token);
        if (read < data.Length)
        {
            return Problems.CheckpointDamaged(
                $"The file ends within tensor '{header.Tensors.First(tensor => tensor.End > read).Name}', after {read} of the "
                + $"{data.Length} bytes that follow the header."
            );
        }

        if (await body.ReadAsync(new byte[1], token) > 0)
        {
            return Problems.CheckpointDamaged(
                $"The file goes on after its last tensor, '{header.Tensors[^1].Name}', which ends after {data.Length} bytes.");
        }

        return header.Outlier(data.Span, MaxWeight) is { } outlier
            ? Problems.CheckpointDamaged(outlier)
            : new CheckpointUpload(file, header);
    }
}

internal static class CheckpointUploadConventions
{
    /// <summary>Lets an endpoint's body be a checkpoint file, raw or as a form's field.</summary>
    public static RouteHandlerBuilder AcceptsCheckpoint(this RouteHandlerBuilder endpoint)
    {
        return endpoint
            .TakesUpTo(_ => CheckpointUpload.MaxRequestBytes)
            .TakesForm((CheckpointUpload.Field, Description))
            .TakesFile(CheckpointUpload.RawType, Description)
            .WithMetadata(new OneBodyMetadata())
            .ProducesProblems(CheckpointUpload.Refusals);

        static string Description(LimitsOptions limits) =>
            $"A safetensors file of at most {CheckpointFile.MaxBytes:N0} bytes, as `GET /v1/checkpoints/{{reference}}/weights` sends it.";
    }
}
