using System.Buffers.Binary;
using System.IO.Hashing;

namespace AutoencoderApi.Api.Images;

/// <summary>The orientation in a PNG's <c>eXIf</c> chunk (PNG, third edition, section 11.3.4.5), which Skia does not read.</summary>
internal static class PngExif
{
    private const int SignatureBytes = 8;
    private const int ChunkBytes = 12; // length, type and checksum
    private const int DirectoryEntryBytes = 12;
    private const ushort OrientationTag = 274;
    private const ushort Short = 3; // a value of 16 bits

    /// <summary>1 to 8 as TIFF 6.0 has it; 1 where there is none, or where it cannot be read.</summary>
    public static int Orientation(ReadOnlySpan<byte> png)
    {
        ReadOnlySpan<byte> rest = png[SignatureBytes..];
        while (rest.Length >= ChunkBytes && BinaryPrimitives.ReadUInt32BigEndian(rest) is var length && length <= rest.Length - ChunkBytes)
        {
            ReadOnlySpan<byte> body = rest.Slice(4, 4 + (int)length);
            if (body.StartsWith("eXIf"u8))
            {
                bool isSound = Crc32.HashToUInt32(body) == BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + (int)length)..]);
                return isSound ? InTiff(body[4..]) : 1;
            }

            rest = rest[(ChunkBytes + (int)length)..];
        }

        return 1;
    }

    /// <summary>Of the first directory of a TIFF in either byte order.</summary>
    private static int InTiff(ReadOnlySpan<byte> tiff)
    {
        bool isLittleEndian = tiff.StartsWith("II*\0"u8);
        if ((!isLittleEndian && !tiff.StartsWith("MM\0*"u8)) || tiff.Length < 8)
        {
            return 1;
        }

        uint first = isLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (first > tiff.Length - 2)
        {
            return 1;
        }

        ReadOnlySpan<byte> directory = tiff[(int)first..];
        int count = Number(directory, isLittleEndian);
        for (int entry = 2; count > 0 && entry + DirectoryEntryBytes <= directory.Length; entry += DirectoryEntryBytes, count--)
        {
            if (Number(directory[entry..], isLittleEndian) == OrientationTag && Number(directory[(entry + 2)..], isLittleEndian) == Short)
            {
                return Number(directory[(entry + 8)..], isLittleEndian) is >= 1 and <= 8 and var orientation ? orientation : 1;
            }
        }

        return 1;
    }

    private static ushort Number(ReadOnlySpan<byte> data, bool isLittleEndian) =>
        isLittleEndian ? BinaryPrimitives.ReadUInt16LittleEndian(data) : BinaryPrimitives.ReadUInt16BigEndian(data);
}
