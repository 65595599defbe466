using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Kernels;

/// <summary>
/// A single-channel image with the k pixels above each other that a row of kernels sees side by side: the vertical half of
/// an im2col (Chellapilla et al., 2006). Pixel (i, c) holds x[stride · i + u - before, c] for u = 0..k-1, zero outside.
/// </summary>
internal sealed unsafe class Im2Col(FeatureMapBuffer image, int rows, int kernel, int stride)
{
    private readonly int _before = SamePadding.For(image.Height, kernel, stride).Before;

    public FeatureMapBuffer Map { get; } = new(rows, image.Width, kernel, margin: kernel / 2);

    public void Fill(FeatureMapBuffer x)
    {
        for (int row = 0; row < rows; row++)
        {
            for (int u = 0; u < kernel; u++)
            {
                int from = (stride * row) + u - _before;
                if (from >= 0 && from < x.Height)
                {
                    Spread(x.Data + (from * x.RowStep), Map.Data + (row * Map.RowStep) + u);
                }
            }
        }
    }

    private void Spread(float* x, float* o)
    {
        for (int column = 0; column < image.Width; column++, o += kernel)
        {
            *o = x[column];
        }
    }
}
