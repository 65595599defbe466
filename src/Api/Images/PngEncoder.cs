using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using AutoencoderApi.Domain.Imaging;

namespace AutoencoderApi.Api.Images;

/// <summary>
/// Figures as PNG (ISO/IEC 15948): 8-bit greyscale or 24-bit colour, without loss. The images are small and many, and
/// Skia's encoder takes several times as long for one (docs/performance.md).
/// </summary>
public static class PngEncoder
{
    private const byte Gray = 0, Rgb = 2; // colour types
    private const int BytesAtOnce = 1 << 20; // of rows
    private const int Around = 12; // length, type and checksum of a chunk

    private static readonly byte[] s_signature = [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    private const byte Unfiltered = 0, Up = 2; // a row as it is, and as its difference from the row above

    // Pixels are rendered as squares: of grey ones runs of a byte are all there is to find, in colour a pixel repeats every three bytes.
    private static readonly ZLibCompressionOptions s_gray = new() { CompressionStrategy = ZLibCompressionStrategy.RunLengthEncoding };
    private static readonly ZLibCompressionOptions s_color = new() { CompressionLevel = 2 };

    public static byte[] Encode(Canvas canvas) => Encode(canvas.Width, canvas.Height, canvas.Channels, canvas.Pixels);

    private static byte[] Encode(int width, int height, int channels, byte[] pixels)
    {
        ReadOnlySpan<byte> data = Compress(width * channels, height, pixels, channels == 1 ? s_gray : s_color);
        byte[] png = new byte[s_signature.Length + (3 * Around) + 13 + data.Length];
        s_signature.CopyTo(png, 0);
        Span<byte> rest = png.AsSpan(s_signature.Length);

        Span<byte> header = stackalloc byte[13]; // bit depth 8; deflate, adaptive filters, not interlaced: all 0
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9]) = (8, channels == 1 ? Gray : Rgb);
        rest = WriteChunk(rest, "IHDR"u8, header);
        rest = WriteChunk(rest, "IDAT"u8, data);
        WriteChunk(rest, "IEND"u8, []);
        return png;
    }

    /// <summary>
    /// The rows, each after the byte that names its filter, as a zlib stream. A row that repeats the one above is stored as
    /// zeros.
    /// </summary>
    private static ReadOnlySpan<byte> Compress(int rowLength, int height, byte[] pixels, ZLibCompressionOptions options)
    {
        int rowsAtOnce = Math.Max(1, BytesAtOnce / (rowLength + 1));
        byte[] rows = new byte[(rowLength + 1) * Math.Min(rowsAtOnce, height)];
        var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, options, leaveOpen: true))
        {
            ReadOnlySpan<byte> above = [];
            for (int first = 0; first < height; first += rowsAtOnce)
            {
                Span<byte> some = rows.AsSpan(0, (rowLength + 1) * Math.Min(rowsAtOnce, height - first));
                some.Clear();
                for (int y = first; y < Math.Min(first + rowsAtOnce, height); y++)
                {
                    ReadOnlySpan<byte> row = pixels.AsSpan(y * rowLength, rowLength);
                    Span<byte> target = some[((y - first) * (rowLength + 1))..];
                    target[0] = row.SequenceEqual(above) ? Up : Unfiltered;
                    if (target[0] == Unfiltered)
                    {
                        row.CopyTo(target[1..]);
                    }

                    above = row;
                }

                zlib.Write(some);
            }
        }

        return compressed.GetBuffer().AsSpan(0, (int)compressed.Length);
    }

    /// <returns>What is left of <paramref name="target"/> after the chunk.</returns>
    private static Span<byte> WriteChunk(Span<byte> target, scoped ReadOnlySpan<byte> type, scoped ReadOnlySpan<byte> data)
    {
        BinaryPrimitives.WriteInt32BigEndian(target, data.Length);
        type.CopyTo(target[4..]);
        data.CopyTo(target[8..]);
        BinaryPrimitives.WriteUInt32BigEndian(target[(8 + data.Length)..], Crc32.HashToUInt32(target[4..(8 + data.Length)]));
        return target[(Around + data.Length)..];
    }
}
