using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace AutoencoderApi.Api.Tests.Images;

/// <summary>Writes PNG files of every kind, sound or not.</summary>
internal static class PngFile
{
    public const byte Gray = 0;
    public const byte Color = 2;
    public const byte Palette = 3;
    public const byte GrayAlpha = 4;
    public const byte ColorAlpha = 6;

    private static readonly (int X, int Y, int StepX, int StepY)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <param name="samples">The pixels row by row, without filter bytes.</param>
    /// <param name="transparency">The contents of <c>tRNS</c>.</param>
    /// <param name="exif">The contents of <c>eXIf</c>, which stands before the pixels, or after them where
    /// <paramref name="isExifLast"/>.</param>
    public static byte[] Write(
        int width,
        int height,
        byte depth,
        byte kind,
        byte[] samples,
        byte[]? palette = null,
        byte[]? transparency = null,
        byte[]? exif = null,
        bool isExifLast = false)
    {
        int rowBytes = samples.Length / height;
        byte[] rows = new byte[samples.Length + height];
        for (int y = 0; y < height; y++)
        {
            samples.AsSpan(y * rowBytes, rowBytes).CopyTo(rows.AsSpan((y * (rowBytes + 1)) + 1));
        }

        return Write(
            Header(width, height, depth, kind, interlace: 0),
            rows,
            [("PLTE", palette), ("tRNS", transparency), ("eXIf", isExifLast ? null : exif)],
            isExifLast ? exif : null);
    }

    public static byte[] WriteInterlaced(int width, int height, byte[] gray)
    {
        var rows = new List<byte>();
        foreach ((int firstX, int firstY, int stepX, int stepY) in Adam7)
        {
            for (int y = firstY; y < height; y += stepY)
            {
                rows.Add(0);
                for (int x = firstX; x < width; x += stepX)
                {
                    rows.Add(gray[y * width + x]);
                }
            }
        }

        return Write(Header(width, height, 8, Gray, interlace: 1), [.. rows], [], exif: null);
    }

    /// <summary>A size, and next to no pixels.</summary>
    public static byte[] WriteBomb(int width, int height) =>
        Write(Header(width, height, 8, Gray, interlace: 0), new byte[100_000], [], exif: null);

    /// <summary>A TIFF directory, big-endian or little-endian, with nothing but the orientation.</summary>
    public static byte[] Exif(byte orientation, bool isLittleEndian = false) => isLittleEndian
        ? [.. "II"u8, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]
        : [.. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];

    private static byte[] Write(byte[] header, byte[] rows, (string Name, byte[]? Data)[] before, byte[]? exif)
    {
        using var file = new MemoryStream();
        file.Write([0x89, .. "PNG\r\n"u8, 0x1a, (byte)'\n']);
        AddChunk(file, "IHDR", header);
        foreach ((string name, byte[]? data) in before)
        {
            if (data is not null)
            {
                AddChunk(file, name, data);
            }
        }

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(rows);
        }

        AddChunk(file, "IDAT", packed.GetBuffer().AsSpan(0, (int)packed.Length));
        if (exif is not null)
        {
            AddChunk(file, "eXIf", exif);
        }

        AddChunk(file, "IEND", []);
        return file.ToArray();
    }

    private static byte[] Header(int width, int height, byte depth, byte kind, byte interlace)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (depth, kind, interlace);
        return header;
    }

    private static void AddChunk(MemoryStream file, string name, ReadOnlySpan<byte> data)
    {
        byte[] number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        long start = file.Position;
        file.Write(Encoding.ASCII.GetBytes(name));
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(
            number,
            Crc32.HashToUInt32(file.GetBuffer().AsSpan((int)start, (int)(file.Position - start))));
        file.Write(number);
    }
}
