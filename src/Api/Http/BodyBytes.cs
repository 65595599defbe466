using AutoencoderApi.Api.Limits;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Http;

/// <summary>A body or a part of one that is read whole, in memory that the request has asked for as the bytes came.</summary>
internal static class BodyBytes
{
    private const int FirstBytes = 1 << 16;

    /// <returns>The bytes; or the problem of a process that has no memory for them.</returns>
    public static async Task<(ReadOnlyMemory<byte> Bytes, ProblemHttpResult? Problem)> ReadAsync(this HttpContext context, Stream body, CancellationToken token)
    {
        RequestMemory memory = context.Memory();
        long longest = context.Request.ContentLength ?? long.MaxValue; // of a part too: it is shorter than its form
        byte[] bytes = [];
        for (int read = 0; ;)
        {
            if (read == bytes.Length)
            {
                byte[] one = new byte[1];
                if (await body.ReadAsync(one, token) == 0)
                {
                    return (bytes, null);
                }

                int size = (int)Math.Clamp(longest, read + 1, Math.Min(Array.MaxLength, Math.Max(FirstBytes, 2L * bytes.Length)));
                if (memory.Take(size) is { } problem)
                {
                    return (default, problem);
                }

                int before = bytes.Length;
                Array.Resize(ref bytes, size);
                memory.Return(before);
                bytes[read++] = one[0];
            }

            int more = await body.ReadAtLeastAsync(bytes.AsMemory(read), bytes.Length - read, throwOnEndOfStream: false, token);
            read += more;
            if (read < bytes.Length)
            {
                return (bytes.AsMemory(0, read), null);
            }
        }
    }
}
