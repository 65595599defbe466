using System.Buffers.Binary;
using System.IO.Compression;
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
    public static byte[] Write(int width, int height, byte depth, byte kind, byte[] samples, byte[]? palette = null)
    {
        int rowBytes = samples.Length / height;
        var rows = new List<byte>();
        for (int y = 0; y < height; y++)
        {
            rows.Add(0);
            rows.AddRange(samples.AsSpan(y * rowBytes, rowBytes));
        }

        return Write(Header(width, height, depth, kind, interlace: 0), [.. rows], palette);
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

        return Write(Header(width, height, 8, Gray, interlace: 1), [.. rows], palette: null);
    }

    /// <summary>A size, and next to no pixels.</summary>
    public static byte[] WriteBomb(int width, int height) => Write(Header(width, height, 8, Gray, interlace: 0), new byte[100_000], palette: null);

    private static byte[] Write(byte[] header, byte[] rows, byte[]? palette)
    {
        var file = new List<byte>([0x89, .. "PNG\r\n"u8, 0x1a, (byte)'\n']);
        AddChunk(file, "IHDR", header);
        if (palette is not null)
        {
            AddChunk(file, "PLTE", palette);
        }

        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(rows);
        }

        AddChunk(file, "IDAT", packed.ToArray());
        AddChunk(file, "IEND", []);
        return [.. file];
    }

    private static byte[] Header(int width, int height, byte depth, byte kind, byte interlace)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (depth, kind, interlace);
        return header;
    }

    private static void AddChunk(List<byte> file, string name, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(name), .. data];
        byte[] number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.AddRange(number);
        file.AddRange(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc(body));
        file.AddRange(number);
    }

    private static uint Crc(byte[] data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xedb88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
