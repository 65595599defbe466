using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Kernels;

/// <summary>
/// One image's activation, or its gradient, channels last: channel c of the pixel at (row, column) stands at
/// row · <see cref="RowStep"/> + column · <see cref="Channels"/> + c. Before the first row, between the rows and after the
/// last lie <c>margin</c> pixels that are always zero, so that a kernel may reach over either end of a row.
/// </summary>
internal sealed unsafe class FeatureMapBuffer
{
    private const int Overreach = 2 * (MicroKernel.Width - 1); // pixels that a tile reads past the end of a row narrower than itself

    private readonly AlignedFloats _memory;

    /// <param name="channels">Stored per pixel; mostly <see cref="Padded"/>, where those beyond the network's own mean nothing.</param>
    public FeatureMapBuffer(int height, int width, int channels, int margin)
    {
        (Height, Width, Channels, RowStep) = (height, width, channels, (width + margin) * channels);
        _memory = new AlignedFloats((height * RowStep) + ((margin + Overreach) * channels));
        Data = _memory.Data + (margin * channels);
    }

    public int Height { get; }

    public int Width { get; }

    public int Channels { get; }

    public int RowStep { get; }

    public float* Data { get; }

    /// <summary>Pieces without a gap, <see cref="RowStep"/> apart: the rows, or all of them as one where there is no margin.</summary>
    public int Runs => RowStep == Width * Channels ? 1 : Height;

    public int RunLength => Width * Channels * Height / Runs;

    /// <summary>Channels rounded up to whole vectors.</summary>
    public static int Padded(int channels) => (channels + MicroKernel.Lanes - 1) / MicroKernel.Lanes * MicroKernel.Lanes;

    /// <summary>The pixels of one row, [Width, Channels].</summary>
    public Span<float> Row(int row) => new(Data + (row * RowStep), Width * Channels);

    /// <summary>Copies the values out as [channels, height, width].</summary>
    public void CopyTo(Span<float> values, TensorShape shape)
    {
        for (int channel = 0; channel < shape.Channels; channel++)
        {
            for (int row = 0; row < Height; row++)
            {
                ReadOnlySpan<float> pixels = Row(row);
                Span<float> plane = values.Slice(((channel * Height) + row) * Width, Width);
                if (Channels == 1)
                {
                    pixels.CopyTo(plane);
                    continue;
                }

                for (int column = 0; column < Width; column++)
                {
                    plane[column] = pixels[(column * Channels) + channel];
                }
            }
        }
    }

    /// <summary>Takes values over from [channels, height, width].</summary>
    public void CopyFrom(ReadOnlySpan<float> values, TensorShape shape)
    {
        for (int channel = 0; channel < shape.Channels; channel++)
        {
            for (int row = 0; row < Height; row++)
            {
                Span<float> pixels = Row(row);
                ReadOnlySpan<float> plane = values.Slice(((channel * Height) + row) * Width, Width);
                if (Channels == 1)
                {
                    plane.CopyTo(pixels);
                    continue;
                }

                for (int column = 0; column < Width; column++)
                {
                    pixels[(column * Channels) + channel] = plane[column];
                }
            }
        }
    }
}
