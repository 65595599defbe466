using System.Buffers.Binary;
using System.IO.Compression;

namespace AutoencoderApi.Domain.Tests.Datasets;

/// <summary>Makes IDX files, right or wrong.</summary>
internal static class IdxBytes
{
    public static byte[] Of(uint[] dimensions, byte[] data) => WithMagic(0x0800u + (uint)dimensions.Length, dimensions, data);

    public static byte[] WithMagic(uint magic, uint[] dimensions, byte[] data)
    {
        byte[] header = new byte[4 + (4 * dimensions.Length)];
        BinaryPrimitives.WriteUInt32BigEndian(header, magic);
        for (int i = 0; i < dimensions.Length; i++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4 + (4 * i)), dimensions[i]);
        }

        return [.. header, .. data];
    }

    public static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }
}
