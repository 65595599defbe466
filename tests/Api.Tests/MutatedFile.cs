using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Api.Tests;

/// <summary>Changes a checkpoint file in one of the ways in which files go wrong or are made to; most changes hit the header.</summary>
internal static class MutatedFile
{
    private static readonly string[] s_hostile =
    [
        "-1",
        "1e999",
        "99999999999999999999",
        "null",
        "{}",
        "[]",
        "\"\\ud800\"",
        "\"",
        "\0",
        "[[[[[[",
        "\u00ff",
        "9223372036854775807",
        "__metadata__",
        "NaN",
        "\\u0022",
    ];

    public static byte[] Next(byte[] file, ref SplitMix64 random)
    {
        int header = 8 + (int)BitConverter.ToInt64(file);
        List<byte> mutated = [.. file];
        for (int change = random.NextBelow(3); change >= 0; change--)
        {
            int at = 8 + random.NextBelow(Math.Min(header, mutated.Count) - 8);
            switch (random.NextBelow(6))
            {
                case 0:
                    mutated[at] = (byte)random.NextBelow(256);
                    break;
                case 1:
                    mutated[at] ^= (byte)(1 << random.NextBelow(8));
                    break;
                case 2:
                    Replace(
                        mutated,
                        at,
                        random.NextBelow(12),
                        System.Text.Encoding.Latin1.GetBytes(s_hostile[random.NextBelow(s_hostile.Length)]),
                        ref random);
                    break;
                case 3:
                    mutated[random.NextBelow(8)] = (byte)random.NextBelow(256);
                    break;
                case 4:
                    mutated[random.NextBelow(mutated.Count)] = (byte)random.NextBelow(256);
                    break;
                default:
                    int left = random.NextBelow(mutated.Count);
                    mutated.RemoveRange(left, mutated.Count - left);
                    return [.. mutated];
            }
        }

        return [.. mutated];
    }

    /// <summary>
    /// Puts other text into the header; half of the time the header's length is made to fit, so that its JSON is read to the
    /// end.
    /// </summary>
    private static void Replace(List<byte> file, int at, int count, byte[] text, ref SplitMix64 random)
    {
        long length = BitConverter.ToInt64([.. file[..8]]);
        file.RemoveRange(at, Math.Min(count, file.Count - at));
        file.InsertRange(at, text);
        if (random.NextBelow(2) == 0)
        {
            byte[] fitting = BitConverter.GetBytes(length + text.Length - count);
            for (int i = 0; i < fitting.Length; i++)
            {
                file[i] = fitting[i];
            }
        }
    }
}
