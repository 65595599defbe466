using System.Buffers;
using System.IO.Pipelines;

namespace AutoencoderApi.Api.Http;

/// <summary>What a file is by the bytes that it begins with, whatever its media type or name says.</summary>
internal static class FirstBytes
{
    public const string Zip = "a zip", Npy = "an NPY file", Png = "a PNG", Safetensors = "a safetensors file";

    /// <summary>As many as tell all that are known here.</summary>
    public const int Count = 16;

    private static readonly (int At, byte[] Bytes, string Name)[] s_known =
    [
        (3, [0, 0, 0, 0, 0, .. "{"u8], Safetensors), // the length of a header below 16 MiB, and its first byte
        (0, [0x89, .. "PNG\r\n"u8, 0x1a, 0x0a], Png),
        (0, [0xff, 0xd8, 0xff], "a JPEG"),
        (0, [.. "GIF8"u8], "a GIF"),
        (8, [.. "WEBP"u8], "a WebP"),
        (4, [.. "ftyp"u8], "a HEIC, AVIF or MP4 file"),
        (0, [.. "II*\0"u8], "a TIFF"),
        (0, [.. "MM\0*"u8], "a TIFF"),
        (0, [.. "BM"u8], "a BMP"),
        (0, [.. "%PDF"u8], "a PDF"),
        (0, [.. "PK\u0003\u0004"u8], Zip),
        (0, [.. "PK\u0005\u0006"u8], Zip), // one without entries
        (0, [.. "Rar!"u8], "a RAR archive"),
        (0, [.. "7z"u8, 0xbc, 0xaf], "a 7z archive"),
        (0, [0x1f, 0x8b], "a gzip file"),
        (0, [0xfd, .. "7zXZ"u8], "an xz file"),
        (0, [.. "BZh"u8], "a bzip2 file"),
        (0, [0x28, 0xb5, 0x2f, 0xfd], "a Zstandard file"),
        (0, [0x93, .. "NUMPY"u8], Npy),
        (0, [0, 0, 8, 1], "an IDX file of labels"),
        (0, [0, 0, 8, 3], "an IDX file of images"),
        (0, [0, 0, 8, 4], "an IDX file of images"),
    ];

    /// <returns>What the file is, with its article; null where nothing tells.</returns>
    public static string? Tell(ReadOnlySpan<byte> file)
    {
        foreach ((int at, byte[] bytes, string name) in s_known)
        {
            if (file.Length >= at + bytes.Length && file[at..].StartsWith(bytes))
            {
                return name;
            }
        }

        return null;
    }

    /// <summary>The same as the beginning of a problem's detail; empty where nothing tells.</summary>
    public static string Said(string? reported) => reported is null ? "" : $"The body is {reported}. ";

    /// <summary>The bytes that the body begins with, at most <see cref="Count"/>. The body can be read from its start afterwards.</summary>
    public static async Task<byte[]> PeekAsync(HttpRequest request, CancellationToken token)
    {
        ReadResult read = await request.BodyReader.ReadAtLeastAsync(Count, token);
        byte[] first = read.Buffer.Slice(0, Math.Min(Count, read.Buffer.Length)).ToArray();
        request.BodyReader.AdvanceTo(read.Buffer.Start);
        return first;
    }
}
