using System.Text.Json;
using System.Text.Json.Serialization;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Experiments;

/// <summary>Predefined experiments.</summary>
internal enum ExperimentPreset
{
    /// <summary>The article: all five architectures side by side.</summary>
    ConvolutionalAutoencoder,
}

/// <summary>Jobs to create together: a <c>preset</c>, a list of <c>jobs</c>, or a <c>grid</c>; one of the three.</summary>
internal sealed record ExperimentRequest
{
    /// <summary>A predefined set of jobs: <c>convolutional-autoencoder</c> is one job of each architecture.</summary>
    public ExperimentPreset? Preset { get; init; }

    /// <summary>A name to find the experiment by.</summary>
    [Name]
    public string? Name { get; init; }

    /// <summary>
    /// Up to 16 pairs of text to find the experiment by, as those of a job. Its jobs have their own, in <c>common</c> or <c>jobs</c>.
    /// </summary>
    [Metadata]
    public Dictionary<string, string>? Metadata
    {
        get;
        init => field = MetadataPairs.Ordered(value);
    }

    /// <summary>Settings that all jobs share, such as data set, steps or seed; each applies where the architecture has it.</summary>
    public TrainingJobRequest? Common { get; init; }

    /// <summary>The jobs.</summary>
    public TrainingJobRequest?[]? Jobs { get; init; } // the serializer lets null elements pass

    /// <summary>A sweep: values by setting; one job for each combination, the last setting varying fastest.</summary>
    public Dictionary<string, JsonElement[]>? Grid { get; init; }

    /// <summary>Tag for the checkpoint with the lowest test loss once all jobs have ended; of a grid, by default its name.</summary>
    [Name]
    public string? Tag { get; init; }

    /// <summary>
    /// Whether to evaluate the last checkpoint of each job on the test split, once all jobs have ended; not unless it is true.
    /// </summary>
    public bool? Evaluate { get; init; }

    /// <summary>The tag that the request asks for, by a field of its own or by a grid's name; null where it asks for none.</summary>
    [JsonIgnore]
    public string? TagName => Tag ?? (Grid is null ? null : Name);
}
