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
    private const int HeaderBytes = 13;
    private const int FrameControlBytes = 26;

    private static readonly byte[] s_signature = [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    private const byte Unfiltered = 0, Up = 2; // a row as it is, and as its difference from the row above

    // Pixels are rendered as squares: of grey ones runs of a byte are all there is to find, in colour a pixel repeats every three bytes.
    private static readonly ZLibCompressionOptions s_gray = new() { CompressionStrategy = ZLibCompressionStrategy.RunLengthEncoding };
    private static readonly ZLibCompressionOptions s_color = new() { CompressionLevel = 2 };

    public static byte[] Encode(Canvas canvas)
    {
        ReadOnlySpan<byte> data = Compress(canvas);
        byte[] png = new byte[s_signature.Length + (3 * Around) + HeaderBytes + data.Length];
        s_signature.CopyTo(png, 0);
        Span<byte> rest = WriteHeader(png.AsSpan(s_signature.Length), canvas);
        rest = WriteChunk(rest, "IDAT"u8, data);
        WriteChunk(rest, "IEND"u8, []);
        return png;
    }

    /// <summary>
    /// A PNG that moves, for ever, and is its first frame to a reader that knows still PNGs only: Portable Network Graphics (PNG)
    /// Specification, third edition (W3C, 24 June 2025), sections 4.9 and 11.3.6.
    /// </summary>
    /// <param name="frames">Of one size and as many channels each.</param>
    /// <param name="milliseconds">How long each frame is shown, 0 to 65,535.</param>
    public static byte[] Animate(IReadOnlyList<Canvas> frames, IReadOnlyList<int> milliseconds)
    {
        using var png = new MemoryStream();
        png.Write(s_signature);
        Span<byte> header = stackalloc byte[HeaderBytes + Around], control = stackalloc byte[FrameControlBytes];
        WriteHeader(header, frames[0]);
        png.Write(header);
        BinaryPrimitives.WriteInt32BigEndian(control, frames.Count);
        BinaryPrimitives.WriteInt32BigEndian(control[4..], 0); // plays without an end
        Append(png, "acTL"u8, control[..8]);
        int sequence = 0;
        for (int i = 0; i < frames.Count; i++)
        {
            WriteFrameControl(control, sequence++, frames[i], milliseconds[i]);
            Append(png, "fcTL"u8, control);
            ReadOnlySpan<byte> data = Compress(frames[i]);
            if (i == 0)
            {
                Append(png, "IDAT"u8, data);
                continue;
            }

            byte[] numbered = new byte[sizeof(int) + data.Length];
            BinaryPrimitives.WriteInt32BigEndian(numbered, sequence++);
            data.CopyTo(numbered.AsSpan(sizeof(int)));
            Append(png, "fdAT"u8, numbered);
        }

        Append(png, "IEND"u8, []);
        return png.ToArray();
    }

    /// <summary>Where on the canvas a frame stands, all of it, and how long; the frame before is neither kept nor blended with.</summary>
    private static void WriteFrameControl(Span<byte> control, int sequence, Canvas frame, int milliseconds)
    {
        control.Clear();
        BinaryPrimitives.WriteInt32BigEndian(control, sequence);
        BinaryPrimitives.WriteInt32BigEndian(control[4..], frame.Width);
        BinaryPrimitives.WriteInt32BigEndian(control[8..], frame.Height);
        BinaryPrimitives.WriteUInt16BigEndian(control[20..], (ushort)milliseconds);
        BinaryPrimitives.WriteUInt16BigEndian(control[22..], 1_000);
    }

    private static Span<byte> WriteHeader(Span<byte> target, Canvas canvas)
    {
        Span<byte> header = stackalloc byte[HeaderBytes]; // bit depth 8; deflate, adaptive filters, not interlaced: all 0
        BinaryPrimitives.WriteInt32BigEndian(header, canvas.Width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], canvas.Height);
        (header[8], header[9]) = (8, canvas.Channels == 1 ? Gray : Rgb);
        return WriteChunk(target, "IHDR"u8, header);
    }

    private static ReadOnlySpan<byte> Compress(Canvas canvas) =>
        Compress(canvas.Width * canvas.Channels, canvas.Height, canvas.Pixels, canvas.Channels == 1 ? s_gray : s_color);

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

    private static void Append(MemoryStream png, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        byte[] chunk = new byte[Around + data.Length];
        WriteChunk(chunk, type, data);
        png.Write(chunk);
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
