using AutoencoderApi.Domain.Images;
using SkiaSharp;

namespace AutoencoderApi.Api.Images;

/// <summary>PNG and JPEG to grey, or to red, green and blue. One instance serves all requests and bounds how many decode at a time.</summary>
public sealed class PictureDecoder(PictureLimits limits) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(limits.DecodingsAtOnce);

    /// <param name="channels">1 for grey, 3 for colour.</param>
    public async Task<PictureDecoding> DecodeAsync(ReadOnlyMemory<byte> data, int channels, CancellationToken cancellationToken)
    {
        if (!PictureType.IsSupported(data.Span))
        {
            return new PictureDecoding.UnsupportedType();
        }

        if (PictureType.PngSize(data.Span) is var (width, height) && width > 0 && height > 0 && !limits.Allow(width, height))
        {
            return new PictureDecoding.TooLarge(width, height, limits);
        }

        using SKData copy = SKData.CreateCopy(data.Span);
        using SKCodec? codec = SKCodec.Create(copy);
        if (codec is null)
        {
            return new PictureDecoding.Damaged("Its header cannot be read: it is cut short, damaged, or names a width or height of 0.");
        }

        if (!limits.Allow(codec.Info.Width, codec.Info.Height))
        {
            return new PictureDecoding.TooLarge(codec.Info.Width, codec.Info.Height, limits);
        }

        await _turns.WaitAsync(cancellationToken);
        try
        {
            return Decode(codec, channels);
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();

    private static PictureDecoding Decode(SKCodec codec, int channels)
    {
        // Without a colour space Skia converts no colours, so that grey bytes come out as they were stored.
        bool isGray = codec.Info.ColorType == SKColorType.Gray8;
        SKColorType type = isGray ? SKColorType.Gray8 : SKColorType.Rgba8888;
        SKAlphaType alpha = isGray ? SKAlphaType.Opaque : SKAlphaType.Unpremul;
        using var bitmap = new SKBitmap();
        if (!bitmap.TryAllocPixels(new SKImageInfo(codec.Info.Width, codec.Info.Height, type, alpha)))
        {
            return new PictureDecoding.Damaged("There was not enough memory to decode it.");
        }

        SKCodecResult result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
        if (result != SKCodecResult.Success)
        {
            return new PictureDecoding.Damaged(result == SKCodecResult.IncompleteInput
                ? "It is cut short: some of its pixels are missing."
                : "Its pixels cannot be decoded.");
        }

        if (channels == 3)
        {
            return new PictureDecoding.Decoded([.. ColorPlanes.Of(bitmap, isGray).Select(Upright)], isGray);
        }

        (byte[] pixels, bool wasGray) = GrayPixels.Of(bitmap, isGray);
        return new PictureDecoding.Decoded([Upright(pixels)], wasGray);

        GrayPicture Upright(byte[] plane) => ExifOrientation.Apply(new GrayPicture(bitmap.Width, bitmap.Height, plane), (int)codec.EncodedOrigin);
    }
}
