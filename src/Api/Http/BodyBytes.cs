using AutoencoderApi.Api.Limits;
using AutoencoderApi.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Http;

/// <summary>A body or a part of one that is read whole, in memory that the request has asked for as the bytes came.</summary>
internal static class BodyBytes
{
    private const int BytesAtFirst = 1 << 16;

    /// <returns>The bytes, which are there until the answer is sent; or the problem of a process that has no memory for them.</returns>
    public static async Task<Result<ReadOnlyMemory<byte>, ProblemHttpResult>> ReadAsync(
        this HttpContext context,
        Stream body,
        CancellationToken token)
    {
        RequestMemory memory = context.Memory();
        long longest = context.Request.ContentLength ?? long.MaxValue; // of a part too: it is shorter than its form
        var bytes = new NativeBytes();
        context.Response.RegisterForDispose(bytes);
        byte[] next = new byte[1];
        for (int read = 0; ;)
        {
            if (read == bytes.Length)
            {
                if (await body.ReadAsync(next, token) == 0)
                {
                    return (ReadOnlyMemory<byte>)bytes.Memory;
                }

                int size = (int)Math.Clamp(longest, read + 1, Math.Min(int.MaxValue, Math.Max(BytesAtFirst, 2L * read)));
                if (memory.Take(size - read) is { } problem)
                {
                    return problem;
                }

                bytes.Resize(size);
                bytes.Memory.Span[read++] = next[0];
            }

            read += await body.ReadAtLeastAsync(bytes.Memory[read..], bytes.Length - read, throwOnEndOfStream: false, token);
            if (read < bytes.Length)
            {
                return (ReadOnlyMemory<byte>)bytes.Memory[..read];
            }
        }
    }
}
