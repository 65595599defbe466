using AutoencoderApi.Api.Errors;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Imaging;
using Microsoft.AspNetCore.Http.HttpResults;
using SkiaSharp;

namespace AutoencoderApi.Api.Images;

/// <summary>
/// How an image is decoded: a JPEG at an eighth, a quarter or half of its size where that is detail enough, a PNG in
/// full.
/// </summary>
/// <param name="Size">Of the bitmap that Skia writes.</param>
/// <param name="Bytes">That decoding holds.</param>
internal sealed record ScaledDecoding(SKCodec Codec, bool IsPng, SKImageInfo Size, long Bytes)
{
    // A grey of no detail: what a decoder gives for blocks that are not there.
    private const byte NoDetail = 128;

    private const string CutShort = "It is cut short: some of its pixels are missing.";

    public static ScaledDecoding Of(SKCodec codec, ReadOnlySpan<byte> data, bool isPng)
    {
        int factor = Factor(codec.Info.Width, codec.Info.Height);
        SKSizeI size =
            isPng || factor < 2
                ? codec.Info.Size
                : codec.GetScaledDimensions(
                    factor >= 8 ? 1 / 8f
                    : factor >= 4 ? 1 / 4f
                    : 1 / 2f);

        // Without a colour space Skia converts no colours, so that grey bytes come out as they were stored.
        bool isGray = codec.Info.ColorType == SKColorType.Gray8;
        var info = new SKImageInfo(
            size.Width,
            size.Height,
            isGray ? SKColorType.Gray8 : SKColorType.Rgba8888,
            codec.Info.AlphaType == SKAlphaType.Opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        bool isInterlaced = isPng && data.Length > 28 && data[28] != 0;
        long bytes = (info.BytesSize64 * (isInterlaced ? 2 : 1)) + (isPng ? 0 : JpegHeader.CoefficientsHeld(data));
        return new ScaledDecoding(codec, isPng, info, bytes);
    }

    public Result<DecodedImage, ProblemHttpResult> Decode(ReadOnlySpan<byte> data, int channels)
    {
        using var bitmap = new SKBitmap();
        if (!bitmap.TryAllocPixels(Size))
        {
            return Problems.ImageUnusable("There was not enough memory to decode it.");
        }

        SKCodecResult result = Codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (!IsPng
            && (
                result == SKCodecResult.IncompleteInput
                || (result == SKCodecResult.Success && (!JpegEnding.HasEnd(data) || EndsInNoDetail(bitmap)))))
        {
            result = JpegEnding.IsComplete(data) ? DecodeEnded(data, bitmap) : SKCodecResult.IncompleteInput;
        }

        return result switch
        {
            SKCodecResult.Success => Flatten(
                BitmapPlanes.Of(bitmap, channels, Factor(bitmap.Width, bitmap.Height)),
                IsPng ? PngExif.Orientation(data) : (int)Codec.EncodedOrigin),
            SKCodecResult.IncompleteInput => Problems.ImageUnusable(CutShort),
            _ => Problems.ImageUnusable("Its pixels cannot be decoded."),
        };
    }

    /// <summary>The whole factor by which a side is above what any use of the image has need of.</summary>
    private static int Factor(int width, int height) =>
        (Math.Max(width, height) + DigitPreparation.WorkingSide - 1) / DigitPreparation.WorkingSide;

    private static SKCodecResult DecodeEnded(ReadOnlySpan<byte> data, SKBitmap bitmap)
    {
        using SKData ended = SKData.CreateCopy(JpegEnding.Ended(data));
        using SKCodec? codec = SKCodec.Create(ended);
        return codec?.GetPixels(bitmap.Info, bitmap.GetPixels()) ?? SKCodecResult.InvalidInput;
    }

    private static bool EndsInNoDetail(SKBitmap bitmap) =>
        bitmap.GetPixelSpan()[((bitmap.Height - 1) * bitmap.RowBytes) + ((bitmap.Width - 1) * bitmap.BytesPerPixel)] == NoDetail;

    private DecodedImage Flatten(BitmapPlanes planes, int orientation)
    {
        bool isTurned = orientation >= 5;
        (int width, int height) = isTurned ? (Codec.Info.Height, Codec.Info.Width) : (Codec.Info.Width, Codec.Info.Height);
        (IReadOnlyList<GrayImage> channels, bool isInk) = (planes.Channels, false);
        if (planes.Alpha is { } alpha)
        {
            (channels, isInk) =
                channels.Count == 1 ? OfOne(Transparency.Flatten(channels[0], alpha)) : (Transparency.OnBlack(channels, alpha), false);
        }

        return new DecodedImage(
            [.. channels.Select(plane => ExifOrientation.Apply(plane, orientation))],
            planes.IsGray && planes.Alpha is null,
            isInk,
            width,
            height);

        static (IReadOnlyList<GrayImage>, bool) OfOne((GrayImage Image, bool IsInk) flat) => ([flat.Image], flat.IsInk);
    }
}
