using AutoencoderApi.Api.Limits;
using SkiaSharp;

namespace AutoencoderApi.Api.Images;

/// <summary>PNG and JPEG to grey, or to red, green and blue. One instance serves all requests, and bounds how much is decoded at a time.</summary>
internal sealed class PictureDecoder(PictureLimits limits) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(limits.DecodingsAtOnce);

    /// <param name="channels">1 for grey, 3 for colour.</param>
    /// <param name="memory">What decoding holds is taken from it, and returned.</param>
    public async Task<PictureDecoding> DecodeAsync(ReadOnlyMemory<byte> data, int channels, RequestMemory memory, CancellationToken cancellationToken)
    {
        if (!PictureType.IsSupported(data.Span))
        {
            return new PictureDecoding.UnsupportedType();
        }

        bool isPng = PictureType.IsPng(data.Span);
        if (PictureType.PngSize(data.Span) is var (width, height) && width > 0 && height > 0 && !limits.Allow(width, height, isPng))
        {
            return TooManyPixels(width, height, isPng);
        }

        using SKData copy = SKData.CreateCopy(data.Span);
        using SKCodec? codec = SKCodec.Create(copy);
        if (codec is null)
        {
            return new PictureDecoding.Damaged("Its header cannot be read: it is cut short, damaged, or names a width or height of 0.");
        }

        if (!limits.Allow(codec.Info.Width, codec.Info.Height, isPng))
        {
            return TooManyPixels(codec.Info.Width, codec.Info.Height, isPng);
        }

        var decoding = ScaledDecoding.Of(codec, data.Span, isPng);
        if (decoding.Bytes > limits.DecodingBytes)
        {
            return new PictureDecoding.TooLarge(
                $"The picture is {codec.Info.Width}×{codec.Info.Height} and takes {decoding.Bytes} bytes to decode; {limits.DecodingBytes} are allowed (Limits:DecodingBytes)."
                + (isPng ? " Scale it down." : " Save it as a baseline JPEG, not progressive, or scale it down."));
        }

        await _turns.WaitAsync(cancellationToken);
        try
        {
            long bytes = decoding.Bytes + data.Length; // and the copy
            if (memory.Take(bytes) is { } problem)
            {
                return new PictureDecoding.NoMemory(problem);
            }

            PictureDecoding decoded = decoding.Decode(data.Span, channels);
            memory.Return(bytes);
            return decoded;
        }
        finally
        {
            _turns.Release();
        }
    }

    public void Dispose() => _turns.Dispose();

    private PictureDecoding.TooLarge TooManyPixels(int width, int height, bool isPng) => new(
        $"The picture is {width}×{height}; at most {limits.MaxSide} a side and {limits.PixelsOf(isPng)} pixels are taken of a {(isPng ? "PNG" : "JPEG")}. Scale it down.");
}
