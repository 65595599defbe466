using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Errors;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Tags;

/// <summary>Names that no caller may give to a tag, nor to what a tag is named after.</summary>
internal static class TagNames
{
    /// <summary>Whether the service moves the tag of that name itself.</summary>
    public static bool IsManaged(string name) => CheckpointStore.ManagedTags.Contains(name);

    /// <summary>Whether examples alone may have a tag of that name.</summary>
    public static bool IsOfExamples(string name) => name.StartsWith(ExampleCheckpoints.TagPrefix, StringComparison.Ordinal);

    /// <summary>Whether a path with that name would mean a checkpoint's id.</summary>
    public static bool IsId(string name) => Guid.TryParse(name, out _);

    /// <summary>The problem with a name that the service manages itself, or null.</summary>
    /// <param name="field">The field of the request with that name.</param>
    public static ProblemHttpResult? Managed(string field, string? name) => name is not null && IsManaged(name)
        ? Problems.Unprocessable($"{field}: the service manages '{name}' itself. Choose another name.")
        : null;

    /// <summary>The problem with a name that is to become a tag, or null.</summary>
    public static ProblemHttpResult? Refusal(string field, string? name) => name is not null && IsId(name)
        ? Problems.Unprocessable($"{field}: '{name}' looks like an id. Choose another name for the tag.")
        : name is not null && IsOfExamples(name)
            ? Problems.Unprocessable($"{field}: tags that begin with '{ExampleCheckpoints.TagPrefix}' are those of the service's examples.")
        : Managed(field, name);
}
