using AutoencoderApi.Api.Errors;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Limits;

/// <summary>Keeps the figures that the service renders within its memory: asked before anything is rendered.</summary>
internal sealed class FigureSizeLimit(IOptions<LimitsOptions> limits)
{
    /// <summary>Of a request that asks for a figure.</summary>
    public static readonly ProblemType[] Refusals = [ProblemType.FigureTooLarge, .. RequestMemory.Refusals];

    /// <summary>Bytes a pixel while a figure in colour is rendered and encoded as PNG, where nothing can be compressed.</summary>
    private const int BytesPerPixel = 9;

    /// <summary>Null where a figure of so many pixels may be rendered: its memory is then the request's.</summary>
    public ProblemHttpResult? Refusal(HttpContext context, long width, long height, int bytesPerPixel = BytesPerPixel) =>
        width * height > limits.Value.FigurePixels
            ? Problems.FigureTooLarge(width, height, limits.Value.FigurePixels)
            : context.Memory().Take(width * height * bytesPerPixel);
}
