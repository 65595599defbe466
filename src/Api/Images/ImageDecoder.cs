using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Domain;
using Microsoft.AspNetCore.Http.HttpResults;
using SkiaSharp;

namespace AutoencoderApi.Api.Images;

/// <summary>
/// PNG and JPEG to grey, or to red, green and blue. One instance serves all requests, and bounds how much is decoded at a
/// time.
/// </summary>
internal sealed class ImageDecoder(ImageLimits limits) : IDisposable
{
    private readonly SemaphoreSlim _turns = new(limits.DecodingsAtOnce);

    /// <param name="channels">1 for grey, 3 for colour.</param>
    /// <param name="memory">What decoding holds is taken from it, and returned.</param>
    /// <returns>The image; or the problem: its type, its size, its damage, or that there is no memory for it now.</returns>
    public async Task<Result<DecodedImage, ProblemHttpResult>> DecodeAsync(
        ReadOnlyMemory<byte> data,
        int channels,
        RequestMemory memory,
        CancellationToken cancellationToken)
    {
        if (!ImageType.IsSupported(data.Span))
        {
            return Problems.MediaTypeUnsupported("The image must be image/png or image/jpeg; its first bytes are of neither.");
        }

        bool isPng = ImageType.IsPng(data.Span);
        if (ImageType.PngSize(data.Span) is var (width, height) && width > 0 && height > 0 && !limits.Allow(width, height, isPng))
        {
            return TooManyPixels(width, height, isPng);
        }

        using SKData copy = SKData.CreateCopy(data.Span);
        using SKCodec? codec = SKCodec.Create(copy);
        if (codec is null)
        {
            return Problems.ImageUnusable("Its header cannot be read: it is cut short, damaged, or names a width or height of 0.");
        }

        if (!limits.Allow(codec.Info.Width, codec.Info.Height, isPng))
        {
            return TooManyPixels(codec.Info.Width, codec.Info.Height, isPng);
        }

        var decoding = ScaledDecoding.Of(codec, data.Span, isPng);
        if (decoding.Bytes > limits.DecodingBytes)
        {
            return Problems.ImageTooLarge(
                $"The image is {codec.Info.Width}×{codec.Info.Height} and takes {decoding.Bytes} bytes to decode; "
                + $"{limits.DecodingBytes} are allowed (Limits:DecodingBytes)."
                    + (isPng ? " Scale it down." : " Save it as a baseline JPEG, not progressive, or scale it down."));
        }

        return await DecodeInTurnAsync(decoding, data, channels, memory, cancellationToken);
    }

    public void Dispose() => _turns.Dispose();

    private async Task<Result<DecodedImage, ProblemHttpResult>> DecodeInTurnAsync(
        ScaledDecoding decoding, ReadOnlyMemory<byte> data, int channels, RequestMemory memory, CancellationToken token)
    {
        await _turns.WaitAsync(token);
        try
        {
            long bytes = decoding.Bytes + data.Length; // and the copy
            if (memory.Take(bytes) is { } problem)
            {
                return problem;
            }

            Result<DecodedImage, ProblemHttpResult> decoded = decoding.Decode(data.Span, channels);
            memory.Return(bytes);
            return decoded;
        }
        finally
        {
            _turns.Release();
        }
    }

    private ProblemHttpResult TooManyPixels(int width, int height, bool isPng) =>
        Problems.ImageTooLarge(
            $"The image is {width}×{height}; at most {limits.MaxSide} a side and {limits.PixelsOf(isPng)} pixels are taken of a "
            + $"{(isPng ? "PNG" : "JPEG")}. Scale it down."
        );
}
