using System.Security.Cryptography;
using AutoencoderApi.Domain.Datasets;

namespace AutoencoderApi.Domain.Tests.Datasets;

public sealed class SyntheticDigitsTests
{
    private const int Side = 28;

    private static readonly Lazy<DatasetSplit> s_digits = new(() => SyntheticDigits.Create(4_000, 0, 0).Train);

    [Theory]
    [InlineData(1, 0, 4, "f91926be7c84b568f27e689e6d72d37711f64e43c9aa349ce7187d61c9087f28")]
    [InlineData(1, 1, 7, "01408cb08fdbac5756f64d73c4325391943feaec16ace769a28e89df1ddc05c9")]
    [InlineData(7, 123_456, 2, "77c01130d66d66adbcf0cd2547d32fc1dd3019a82928af2b8d20ce0cbb52a0ec")]
    public void A_digit_is_a_function_of_the_seed_and_its_index(ulong seed, ulong index, byte label, string sha256)
    {
        byte[] pixels = new byte[Side * Side];
        Array.Fill(pixels, (byte)77); // whatever lay there before

        Assert.Equal(label, SyntheticDigits.Render(seed, index, pixels));
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(pixels)));
    }

    [Fact]
    public void The_description_is_that_of_the_digits_that_are_drawn()
    {
        DatasetInfo reported = SyntheticDigits.Describe(), drawn = DatasetInfo.Of(SyntheticDigits.Create());
        Assert.Equal((drawn.Shape, drawn.Train, drawn.Validation, drawn.Test),
            (reported.Shape, reported.Train, reported.Validation, reported.Test));
        Assert.Equal(drawn.Labels.ToArray(), reported.Labels.ToArray());
    }

    [Fact]
    public void The_splits_are_the_digits_in_order_of_their_index()
    {
        Dataset dataset = SyntheticDigits.Create(30, 20, 10, seed: 5);

        Assert.Equal((30, 20, 10), (dataset.Train.Count, dataset.Validation.Count, dataset.Test.Count));
        DatasetSplit[] splits = [dataset.Train, dataset.Validation, dataset.Test];
        ulong index = 0;
        byte[] pixels = new byte[Side * Side];
        foreach (DatasetSplit split in splits)
        {
            for (int i = 0; i < split.Count; i++)
            {
                Assert.Equal(SyntheticDigits.Render(5, index++, pixels), split.Label(i));
                Assert.True(split.Image(i).SequenceEqual(pixels));
            }
        }
    }

    [Fact]
    public void Each_is_framed_as_MNIST_is()
    {
        for (int i = 0; i < s_digits.Value.Count; i++)
        {
            Figure figure = Figure.Of(s_digits.Value.Image(i));

            Assert.InRange(Math.Max(figure.Width, figure.Height), 19, 21);
            Assert.InRange(figure.CentreX, 13, 15);
            Assert.InRange(figure.CentreY, 13, 15);
        }
    }

    [Fact]
    public void All_ten_classes_come_about_as_often()
    {
        Dictionary<byte, int> counts = Enumerable.Range(0, s_digits.Value.Count).CountBy(s_digits.Value.Label).ToDictionary();

        Assert.Equal(10, counts.Count);
        Assert.All(counts.Values, count => Assert.InRange(count, 305, 495)); // 400 ± 5 σ
    }

    [Fact]
    public void Edges_are_soft_and_strokes_are_full_ink()
    {
        for (int i = 0; i < s_digits.Value.Count; i++)
        {
            byte[] inked = [.. s_digits.Value.Image(i).ToArray().Where(value => value > 0)];

            Assert.True(inked.Count(value => value < 255) > 0.1 * inked.Length); // a thin pen's strokes are soft all over
            Assert.True(inked.Max() > 200);
        }
    }

    [Fact]
    public void Slant_width_and_pen_vary_within_a_class()
    {
        for (byte digit = 0; digit < 10; digit++)
        {
            Figure[] figures =
            [
                .. Enumerable
                    .Range(0, s_digits.Value.Count)
                    .Where(i => s_digits.Value.Label(i) == digit)
                    .Select(i => Figure.Of(s_digits.Value.Image(i))),
            ];

            Assert.True(Deviation(figures.Select(figure => figure.Slant)) > 0.1, $"slant of {digit}");
            Assert.True(Deviation(figures.Select(figure => (double)figure.Width)) > 1, $"width of {digit}");
            Assert.True(Deviation(figures.Select(figure => figure.Ink)) > 0.15 * figures.Average(figure => figure.Ink), $"ink of {digit}");
        }
    }

    private static double Deviation(IEnumerable<double> values)
    {
        double[] all = [.. values];
        double mean = all.Average();
        return Math.Sqrt(all.Average(value => (value - mean) * (value - mean)));
    }

    /// <summary>A digit's box and moments; slant is how far the ink moves to the left for each pixel down.</summary>
    private readonly record struct Figure(int Width, int Height, double Ink, double CentreX, double CentreY, double Slant)
    {
        public static Figure Of(ReadOnlySpan<byte> pixels)
        {
            (int left, int right, int top, int bottom) = (Side, -1, Side, -1);
            double ink = 0, x = 0, y = 0, xy = 0, yy = 0;
            for (int i = 0; i < pixels.Length; i++)
            {
                if (pixels[i] == 0)
                {
                    continue;
                }

                (int row, int column) = Math.DivRem(i, Side);
                (left, right, top, bottom) = (Math.Min(left, column), Math.Max(right, column), Math.Min(top, row), Math.Max(bottom, row));
                double weight = pixels[i] / 255.0, cx = column + 0.5, cy = row + 0.5;
                ink += weight;
                x += weight * cx;
                y += weight * cy;
                xy += weight * cx * cy;
                yy += weight * cy * cy;
            }

            (double meanX, double meanY) = (x / ink, y / ink);
            return new Figure(
                right - left + 1,
                bottom - top + 1,
                ink,
                meanX,
                meanY,
                -((xy / ink) - (meanX * meanY)) / ((yy / ink) - (meanY * meanY)));
        }
    }
}
