using System.Buffers.Binary;

namespace AutoencoderApi.Api.Images;

/// <summary>
/// What decoding a JPEG takes beside its pixels, read from the headers of its frame and its first scan (ITU-T T.81, annex
/// B).
/// </summary>
internal static class JpegHeader
{
    private const int CoefficientBytes = 2;
    private const int BlockSide = 8;

    /// <summary>
    /// Bytes of the coefficients that a decoder must hold until the last scan: those of all pixels where the frame is progressive, or
    /// its components come in scans of their own; else 0.
    /// </summary>
    public static long CoefficientsHeld(ReadOnlySpan<byte> jpeg)
    {
        (long all, int components, bool isProgressive) = (0, 0, false);
        int at = 2;
        while (at + 4 <= jpeg.Length && jpeg[at] == 0xff)
        {
            byte marker = jpeg[at + 1];
            if (marker is 0xff or 0x01 or (>= 0xd0 and <= 0xd7))
            {
                at += marker == 0xff ? 1 : 2;
                continue;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(jpeg[(at + 2)..]);
            ReadOnlySpan<byte> segment = jpeg[Math.Min(at + 4, jpeg.Length)..Math.Min(at + 2 + Math.Max(2, length), jpeg.Length)];
            if (marker is >= 0xc0 and <= 0xcf and not 0xc4 and not 0xc8 and not 0xcc)
            {
                (all, components) = Coefficients(segment);
                isProgressive = marker is 0xc2 or 0xc6 or 0xca or 0xce;
            }
            else if (marker == 0xda)
            {
                return isProgressive || (segment.Length > 0 && segment[0] < components) ? all : 0;
            }

            at += 2 + Math.Max(2, length);
        }

        return all; // no scan was found: whatever Skia makes of that
    }

    private static (long Bytes, int Components) Coefficients(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < 6 || frame.Length < 6 + (3 * frame[5]))
        {
            return (0, 0);
        }

        (int height, int width, int components) = (
            BinaryPrimitives.ReadUInt16BigEndian(frame[1..]),
            BinaryPrimitives.ReadUInt16BigEndian(frame[3..]),
            frame[5]);
        (int widest, int highest) = (1, 1);
        for (int i = 0; i < components; i++)
        {
            (widest, highest) = (Math.Max(widest, frame[7 + (3 * i)] >> 4), Math.Max(highest, frame[7 + (3 * i)] & 15));
        }

        (long columns, long rows) = (Up(width, BlockSide * widest), Up(height, BlockSide * highest));
        long blocks = 0;
        for (int i = 0; i < components; i++)
        {
            blocks += columns * (frame[7 + (3 * i)] >> 4) * rows * (frame[7 + (3 * i)] & 15);
        }

        return (blocks * BlockSide * BlockSide * CoefficientBytes, components);
    }

    private static long Up(int value, int step) => (value + step - 1) / step;
}
