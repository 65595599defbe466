namespace AutoencoderApi.Domain.Imaging;

/// <summary>MNIST's last step: the ink's box scaled into 20×20, its centre of mass moved to (14,14) by whole pixels.</summary>
internal static class MnistNormalizer
{
    private const int Side = DigitPreparation.Side;
    private const int BoxSide = 20;

    // Counted from 0 in whole pixels. In 2,000 of MNIST's digits the centre of mass lies at 14.0 ± 0.5 of this scale.
    private const double Middle = 14;

    // Fainter pixels are the blur around ink; a box around them would come out too wide.
    private const byte Faint = 25;

    public static GrayImage Normalize(GrayImage ink)
    {
        PixelBox box = PixelBox.Around(ink, Faint) ?? PixelBox.Whole(ink);
        double scale = (double)BoxSide / Math.Max(box.Width, box.Height);
        int width = Math.Clamp((int)Math.Round(box.Width * scale), 1, BoxSide);
        int height = Math.Clamp((int)Math.Round(box.Height * scale), 1, BoxSide);
        GrayImage digit = AreaResampler.Resample(ink, box, width, height);
        Stretch(digit.Pixels);
        return Center(digit);
    }

    private static void Stretch(byte[] pixels)
    {
        int max = pixels.Max();
        for (int i = 0; max > 0 && i < pixels.Length; i++)
        {
            pixels[i] = (byte)(pixels[i] * 255 / max);
        }
    }

    /// <summary>Ink is never pushed over the edge: a very lopsided digit stays a little off the middle instead.</summary>
    private static GrayImage Center(GrayImage digit)
    {
        (double x, double y) = CenterOfMass(digit);
        int left = Math.Clamp((int)Math.Round(Middle - x), 0, Side - digit.Width);
        int top = Math.Clamp((int)Math.Round(Middle - y), 0, Side - digit.Height);
        byte[] pixels = new byte[Side * Side];
        for (int row = 0; row < digit.Height; row++)
        {
            digit.Pixels.AsSpan(row * digit.Width, digit.Width).CopyTo(pixels.AsSpan((top + row) * Side + left));
        }

        return new GrayImage(Side, Side, pixels);
    }

    private static (double X, double Y) CenterOfMass(GrayImage image)
    {
        (double mass, double x, double y) = (0, 0, 0);
        for (int i = 0; i < image.Pixels.Length; i++)
        {
            byte value = image.Pixels[i];
            mass += value;
            x += value * (i % image.Width);
            y += value * (i / image.Width);
        }

        return mass == 0 ? (image.Width / 2.0, image.Height / 2.0) : (x / mass, y / mass);
    }
}
