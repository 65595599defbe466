using AutoencoderApi.Api.Errors;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Limits;

/// <summary>Keeps the figures that the service draws within its memory: asked before anything is drawn.</summary>
internal sealed class FigureBound(IOptions<LimitsOptions> limits)
{
    /// <summary>Null where a figure of so many pixels may be drawn.</summary>
    public ProblemHttpResult? Refusal(long width, long height) =>
        width * height > limits.Value.FigurePixels ? Problems.FigureTooLarge(width, height, limits.Value.FigurePixels) : null;
}
