using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using AutoencoderApi.Api.Store;

namespace AutoencoderApi.Api.Jobs;

/// <summary>
/// Pairs of text by which clients find their jobs and experiments. A row stores each as one text <c>key:value</c>; a key has no colon, so
/// the first one separates them.
/// </summary>
internal static partial class MetadataPairs
{
    public const string Field = "metadata";
    public const int MaxPairs = 16;
    public const int MaxKeyLength = 64;
    public const int MaxValueLength = 256;

    /// <summary>Of values: PostgreSQL's text has no U+0000, and a line of a list no line break.</summary>
    public const string ValuePattern = @"^[^\x00-\x1f\x7f-\x9f]*$";

    /// <summary>Of a filter; the length of its value is counted in <see cref="FilterViolation"/>.</summary>
    public const string FilterPattern = @"^[A-Za-z0-9._/-]{1,64}:[^\x00-\x1f\x7f-\x9f]*$";

    private const string KeyRule = "must be 1 to 64 letters of ASCII, digits, dots, dashes, underscores or slashes";

    private const string ValueRule = "must be a text of at most 256 characters without control characters";

    /// <summary>By key, so that the order in which a client sends the pairs makes no other request.</summary>
    public static Dictionary<string, string>? Ordered(Dictionary<string, string>? pairs) =>
        pairs is null ? null : new(pairs.OrderBy(pair => pair.Key, StringComparer.Ordinal));

    public static string[] ToTexts(Dictionary<string, string>? pairs) => [.. (pairs ?? []).Select(pair => $"{pair.Key}:{pair.Value}")];

    public static Dictionary<string, string> Parse(string[] texts) =>
        texts.Select(Split).ToDictionary(pair => pair.Key, pair => pair.Value);

    /// <summary>The rule that the pairs of a request break; null where they are valid.</summary>
    public static string? Violation(IReadOnlyDictionary<string, string>? pairs) =>
        pairs is null ? null
        : pairs.Count > MaxPairs ? $"is {pairs.Count} pairs; at most {MaxPairs} are stored."
        : pairs.Keys.Any(key => !Key().IsMatch(key)) ? $"each key {KeyRule}."
        : pairs.FirstOrDefault(pair => !IsValue(pair.Value)).Key is { } key ? $"the value of {key} {ValueRule}."
        : null;

    /// <summary>The rule that the filters of a list break; null where they are valid.</summary>
    public static string? FilterViolation(string?[]? filters) =>
        filters is null ? null
        : filters.Length > MaxPairs ? $"is given {filters.Length} times; an item has at most {MaxPairs} pairs."
        : filters.Any(filter => filter?.Contains(':', StringComparison.Ordinal) is not true) ? "must have the form key:value."
        : filters.Select(filter => Split(filter!)).Any(pair => !Key().IsMatch(pair.Key) || !IsValue(pair.Value))
            ? $"must have the form key:value. The key {KeyRule}; the value {ValueRule}."
        : null;

    /// <summary>The jobs that have all the pairs.</summary>
    public static IQueryable<JobRow> With(this IQueryable<JobRow> jobs, string[]? filters) =>
        (filters ?? []).Aggregate(jobs, (matching, pair) => matching.Where(job => job.Metadata.Contains(pair)));

    /// <summary>The experiments that have all the pairs.</summary>
    public static IQueryable<ExperimentRow> With(this IQueryable<ExperimentRow> experiments, string[]? filters) =>
        (filters ?? []).Aggregate(experiments, (matching, pair) => matching.Where(experiment => experiment.Metadata.Contains(pair)));

    private static (string Key, string Value) Split(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return (text[..colon], text[(colon + 1)..]);
    }

    /// <summary>Characters are counted as JSON Schema counts them: an emoji is one.</summary>
    private static bool IsValue(string? text) =>
        text is not null && text.EnumerateRunes().Count() <= MaxValueLength && !text.Any(char.IsControl);

    [GeneratedRegex(@"^[A-Za-z0-9._/-]{1,64}\z")]
    private static partial Regex Key();
}

/// <summary>Metadata of a request, with its bounds in the OpenAPI document.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class MetadataAttribute : Attribute;

/// <summary>Pairs that the items of a list must have.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class MetadataFilterAttribute : ValidationAttribute
{
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        MetadataPairs.FilterViolation((string?[]?)value) is { } rule ? new ValidationResult(rule) : null;
}
