using AutoencoderApi.Api.Errors;

namespace AutoencoderApi.Api.Evaluations;

/// <summary>What to evaluate, and on which images.</summary>
internal sealed record EvaluationRequest
{
    /// <summary>Id or tag of the checkpoint.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>Data set whose images to use; without it that of the checkpoint.</summary>
    public string? Dataset { get; init; }

    /// <summary>Split whose images to use; without it <c>test</c>.</summary>
    [Split]
    public string? Split { get; init; }

    /// <summary>
    /// Another data set whose images are anomalous by definition: the evaluation then measures how well the loss tells its images of that
    /// split from the normal ones.
    /// </summary>
    public string? Against { get; init; }
}
