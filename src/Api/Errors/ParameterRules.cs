using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Errors;

// What a parameter may be: checked before its handler runs, and shown in the OpenAPI document. A parameter that is left out holds to every
// rule.

[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
internal sealed class BoundsAttribute : RangeAttribute
{
    public BoundsAttribute(int min, int max)
        : base(min, max) => ErrorMessage = "must be {1} to {2}.";
}

/// <summary>A fraction, 0 and 1 among them.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
internal sealed class UnitAttribute : RangeAttribute
{
    public UnitAttribute()
        : base(0.0, 1.0) => ErrorMessage = "must be {1} to {2}.";
}

/// <summary>A part of a whole, as a fraction.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
internal sealed class FractionAttribute : RangeAttribute
{
    public FractionAttribute()
        : base(0.001, 0.9) => ErrorMessage = "must be {1} to {2}.";
}

/// <summary>The bounds of each number of a list.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ItemBoundsAttribute(double min, double max) : Attribute
{
    public SettingBounds Bounds => new(min, max);
}

/// <param name="pattern">What the whole text must match; a regular expression that JavaScript understands too.</param>
/// <param name="rule">The same in words.</param>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
internal class PatternAttribute(string pattern, string rule) : ValidationAttribute(rule)
{
    public string Pattern => pattern;

    public override bool IsValid(object? value) =>
        value is null || (value is string text && Regex.Match(text, pattern) is { Success: true } match && match.Length == text.Length);
}

/// <summary>A name that a client gives.</summary>
internal sealed class NameAttribute() : PatternAttribute(TrainingSettingsValidator.NamePattern, TrainingSettingsValidator.NameRule);

[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
internal abstract class OneOfAttribute(IReadOnlyList<string> names) : ValidationAttribute($"must be one of {string.Join(", ", names)}.")
{
    public IReadOnlyList<string> Names => names;

    public override bool IsValid(object? value) => value is null || (value is string name && names.Contains(name));
}

/// <summary>The wire name of a value of <typeparamref name="T"/>.</summary>
internal sealed class OneOfAttribute<T>() : OneOfAttribute(JsonConventions.Names<T>())
    where T : struct, Enum;

/// <summary>The name of a data set's split.</summary>
internal sealed class SplitAttribute() : OneOfAttribute(Dataset.Splits);
