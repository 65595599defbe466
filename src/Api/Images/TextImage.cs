using AutoencoderApi.Domain.Imaging;
using SkiaSharp;

namespace AutoencoderApi.Api.Images;

/// <summary>A line of text as an image, in the font that comes with the service: none need be installed.</summary>
internal static class TextImage
{
    private const float Size = 12; // pixels

    private static readonly SKTypeface s_typeface =
        SKTypeface.FromFile(Path.Combine(AppContext.BaseDirectory, "Images", "Fonts", "DejaVuSans.ttf"));

    /// <summary>White letters on black. All lines have one height.</summary>
    public static GrayImage Render(string text)
    {
        using var font = new SKFont(s_typeface, Size);
        using var ink = new SKPaint();
        (ink.Color, ink.IsAntialias) = (SKColors.White, true);
        SKFontMetrics metrics = font.Metrics;
        int width = Math.Max(1, (int)Math.Ceiling(font.MeasureText(text)));
        int height = (int)Math.Ceiling(metrics.Descent - metrics.Ascent);
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        canvas.Clear(SKColors.Black);
        canvas.DrawText(text, 0, -metrics.Ascent, SKTextAlign.Left, font, ink);
        canvas.Flush();
        byte[] pixels = new byte[width * height];
        for (int y = 0; y < height; y++)
        {
            bitmap.GetPixelSpan().Slice(y * bitmap.RowBytes, width).CopyTo(pixels.AsSpan(y * width));
        }

        return new GrayImage(width, height, pixels);
    }
}
