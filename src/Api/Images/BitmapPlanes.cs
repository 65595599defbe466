using AutoencoderApi.Domain.Imaging;
using SkiaSharp;

namespace AutoencoderApi.Api.Images;

/// <summary>A decoded bitmap as planes of one byte a pixel, each pixel the mean of a square of the bitmap's.</summary>
/// <param name="Channels">One of grey, or three of red, green and blue.</param>
/// <param name="Alpha">Null where every pixel is opaque.</param>
/// <param name="IsGray">Whether every pixel has equal channels.</param>
internal sealed record BitmapPlanes(IReadOnlyList<GrayImage> Channels, GrayImage? Alpha, bool IsGray)
{
    /// <param name="channels">1 for grey, 3 for colour.</param>
    /// <param name="factor">Side of the squares; those cut off by the right or lower edge are the mean of what is left of them.</param>
    public static BitmapPlanes Of(SKBitmap bitmap, int channels, int factor)
    {
        if (bitmap.ColorType == SKColorType.Gray8 && factor == 1)
        {
            GrayImage gray = Copy(bitmap);
            return new BitmapPlanes([.. Enumerable.Repeat(gray, channels)], Alpha: null, IsGray: true);
        }

        (int width, int height) = ((bitmap.Width + factor - 1) / factor, (bitmap.Height + factor - 1) / factor);
        byte[][] planes = [.. Enumerable.Range(0, channels + 1).Select(_ => new byte[width * height])]; // the last is alpha
        int[][] sums = [.. planes.Select(_ => new int[width])];
        (bool isGray, bool isOpaque) = (true, true);
        ReadOnlySpan<byte> data = bitmap.GetPixelSpan();
        for (int y = 0; y < height; y++)
        {
            Array.ForEach(sums, Array.Clear);
            int rows = Math.Min(factor, bitmap.Height - (y * factor));
            for (int row = y * factor; row < (y * factor) + rows; row++)
            {
                ReadOnlySpan<byte> pixels = data.Slice(row * bitmap.RowBytes, bitmap.Width * bitmap.BytesPerPixel);
                if (bitmap.ColorType == SKColorType.Gray8)
                {
                    AddGray(pixels, factor, sums);
                }
                else if (channels == 1)
                {
                    isGray &= AddLuma(pixels, factor, sums[0], sums[1]);
                }
                else
                {
                    isGray &= AddColors(pixels, factor, sums);
                }
            }

            isOpaque &= Write(sums, planes, y * width, factor, rows, bitmap.Width);
        }

        GrayImage[] images = [.. planes.Select(plane => new GrayImage(width, height, plane))];
        return new BitmapPlanes(images[..channels], isOpaque ? null : images[channels], isGray);
    }

    private static GrayImage Copy(SKBitmap gray)
    {
        byte[] pixels = new byte[gray.Width * gray.Height];
        for (int y = 0; y < gray.Height; y++)
        {
            gray.GetPixelSpan().Slice(y * gray.RowBytes, gray.Width).CopyTo(pixels.AsSpan(y * gray.Width));
        }

        return new GrayImage(gray.Width, gray.Height, pixels);
    }

    private static void AddGray(ReadOnlySpan<byte> gray, int factor, int[][] sums)
    {
        for (int x = 0; x < sums[0].Length; x++)
        {
            ReadOnlySpan<byte> square = gray[(x * factor)..Math.Min((x + 1) * factor, gray.Length)];
            int sum = 0;
            foreach (byte value in square)
            {
                sum += value;
            }

            for (int channel = 0; channel < sums.Length - 1; channel++)
            {
                sums[channel][x] += sum * 255;
            }

            sums[^1][x] += square.Length * 255;
        }
    }

    /// <summary>
    /// Luma by Rec. 601 in 16-bit fixed point, weighed by alpha; the weights sum to 65,536, so equal channels keep their
    /// value.
    /// </summary>
    private static bool AddLuma(ReadOnlySpan<byte> rgba, int factor, int[] lumas, int[] alphas)
    {
        int unequal = 0;
        for (int x = 0; x < lumas.Length; x++)
        {
            ReadOnlySpan<byte> square = rgba[(4 * x * factor)..Math.Min(4 * (x + 1) * factor, rgba.Length)];
            (int sum, int alpha) = (0, 0);
            for (int i = 0; i < square.Length - 3; i += 4)
            {
                (int red, int green, int blue, int opacity) = (square[i], square[i + 1], square[i + 2], square[i + 3]);
                unequal |= (red ^ green) | (green ^ blue);
                sum += (((19595 * red) + (38470 * green) + (7471 * blue) + 32768) >> 16) * opacity;
                alpha += opacity;
            }

            lumas[x] += sum;
            alphas[x] += alpha;
        }

        return unequal == 0;
    }

    private static bool AddColors(ReadOnlySpan<byte> rgba, int factor, int[][] sums)
    {
        int unequal = 0;
        for (int x = 0; x < sums[0].Length; x++)
        {
            ReadOnlySpan<byte> square = rgba[(4 * x * factor)..Math.Min(4 * (x + 1) * factor, rgba.Length)];
            for (int i = 0; i < square.Length - 3; i += 4)
            {
                (int red, int green, int blue, int opacity) = (square[i], square[i + 1], square[i + 2], square[i + 3]);
                unequal |= (red ^ green) | (green ^ blue);
                sums[0][x] += red * opacity;
                sums[1][x] += green * opacity;
                sums[2][x] += blue * opacity;
                sums[3][x] += opacity;
            }
        }

        return unequal == 0;
    }

    /// <returns>Whether all pixels of the row are opaque.</returns>
    private static bool Write(int[][] sums, byte[][] planes, int start, int factor, int rows, int bitmapWidth)
    {
        bool isOpaque = true;
        for (int x = 0; x < sums[0].Length; x++)
        {
            int alpha = sums[^1][x], count = rows * Math.Min(factor, bitmapWidth - (x * factor));
            for (int channel = 0; channel < sums.Length - 1; channel++)
            {
                planes[channel][start + x] = alpha == 0 ? (byte)0 : (byte)((sums[channel][x] + (alpha / 2)) / alpha);
            }

            planes[^1][start + x] = (byte)((alpha + (count / 2)) / count);
            isOpaque &= alpha == count * 255;
        }

        return isOpaque;
    }
}
