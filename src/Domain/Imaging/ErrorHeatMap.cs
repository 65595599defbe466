using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Imaging;

/// <summary>
/// An image in grey, and over it where its reconstruction is off: red, yellow, white with the size of the error, from clear where there is
/// none.
/// </summary>
public static class ErrorHeatMap
{
    private const float Ground = 0.6f; // of the image's brightness, so that the heat stands out

    /// <param name="image">[C, H, W] in 0..1; so is the reconstruction.</param>
    public static InterleavedImage Render(TensorShape shape, ReadOnlySpan<float> image, ReadOnlySpan<float> reconstruction)
    {
        int area = shape.Height * shape.Width;
        float[] planes = new float[3 * area];
        for (int i = 0; i < area; i++)
        {
            float gray = 0, error = 0;
            for (int channel = 0; channel < shape.Channels; channel++)
            {
                int at = (channel * area) + i;
                gray += Math.Clamp(image[at], 0, 1) / shape.Channels;
                error = Math.Max(error, Math.Min(1, Math.Abs(reconstruction[at] - image[at])));
            }

            for (int color = 0; color < 3; color++)
            {
                float heat = Math.Clamp((3 * error) - color, 0, 1); // red rises first, then green, then blue
                planes[(color * area) + i] = float.Lerp(Ground * gray, heat, Math.Min(1, 3 * error));
            }
        }

        return InterleavedImage.FromUnit(new TensorShape(3, shape.Height, shape.Width), planes);
    }
}
