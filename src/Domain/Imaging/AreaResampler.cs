namespace AutoencoderApi.Domain.Imaging;

/// <summary>
/// Scaling by the area that a new pixel covers of the old ones. The window is never narrower than one old pixel, so that
/// enlarging by the same rule comes out as linear interpolation rather than as blocks.
/// </summary>
internal static class AreaResampler
{
    /// <summary>The part of <paramref name="image"/> inside <paramref name="box"/>, scaled to the given size.</summary>
    public static GrayImage Resample(GrayImage image, PixelBox box, int width, int height)
    {
        float[] rows = new float[box.Height * width]; // [box.Height,width]
        for (int x = 0; x < width; x++)
        {
            Window window = Window.Of(x, box.Width, width);
            for (int y = 0; y < box.Height; y++)
            {
                int start = (box.Top + y) * image.Width + box.Left;
                float sum = 0;
                for (int i = window.First; i <= window.Last; i++)
                {
                    sum += window.Weight(i) * image.Pixels[start + i];
                }

                rows[y * width + x] = sum;
            }
        }

        byte[] pixels = new byte[width * height];
        for (int y = 0; y < height; y++)
        {
            Window window = Window.Of(y, box.Height, height);
            for (int x = 0; x < width; x++)
            {
                float sum = 0;
                for (int i = window.First; i <= window.Last; i++)
                {
                    sum += window.Weight(i) * rows[i * width + x];
                }

                pixels[y * width + x] = (byte)Math.Min(sum + 0.5f, 255);
            }
        }

        return new GrayImage(width, height, pixels);
    }

    /// <summary>
    /// Old pixels <paramref name="First"/> to <paramref name="Last"/> under the stretch from <paramref name="From"/> to
    /// <paramref name="To"/>.
    /// </summary>
    private readonly record struct Window(int First, int Last, float From, float To)
    {
        public static Window Of(int index, int oldSize, int newSize)
        {
            float step = (float)oldSize / newSize;
            float middle = (index + 0.5f) * step;
            float half = Math.Max(step, 1) / 2;
            float from = Math.Max(0, middle - half);
            float to = Math.Min(oldSize, middle + half);
            return new Window((int)from, Math.Min(oldSize, (int)MathF.Ceiling(to)) - 1, from, to);
        }

        public float Weight(int index) => (Math.Min(index + 1, To) - Math.Max(index, From)) / (To - From);
    }
}
