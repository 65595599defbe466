using System.Buffers.Binary;

namespace AutoencoderApi.Faults.Tests;

/// <summary>
/// A data set in MNIST's files with few training images, all noise. What a network learns is nothing to these tests, and
/// every process that they start reads its data set anew: reading this one takes milliseconds, drawing digits a second.
/// </summary>
internal static class SmallDataset
{
    private const int Side = 28;
    private const int Train = 5_600; // the first 5,000 are the validation split
    private const int Test = 100;

    private static readonly Lazy<string> s_folder = new(Write);

    public static string Folder => s_folder.Value;

    private static string Write()
    {
        string folder = Directory.CreateDirectory(Path.Combine(FaultScenarioLog.Folder, "digits")).FullName;
        var random = new Random(1);
        WritePair(folder, "train", Train, random);
        WritePair(folder, "t10k", Test, random);
        return folder;
    }

    private static void WritePair(string folder, string part, int count, Random random)
    {
        byte[] images = new byte[16 + (count * Side * Side)];
        random.NextBytes(images.AsSpan(16));
        WriteHeader(images, 0x803, count, Side, Side);
        File.WriteAllBytes(Path.Combine(folder, $"{part}-images-idx3-ubyte"), images);

        byte[] labels = new byte[8 + count];
        WriteHeader(labels, 0x801, count);
        for (int i = 0; i < count; i++)
        {
            labels[8 + i] = (byte)(i % 10);
        }

        File.WriteAllBytes(Path.Combine(folder, $"{part}-labels-idx1-ubyte"), labels);
    }

    private static void WriteHeader(Span<byte> file, params ReadOnlySpan<int> numbers)
    {
        foreach (int number in numbers)
        {
            BinaryPrimitives.WriteInt32BigEndian(file, number);
            file = file[sizeof(int)..];
        }
    }
}
