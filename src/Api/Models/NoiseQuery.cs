using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Models;

/// <summary>
/// What to disturb an image with before the network sees it. Public, because the rules of an internal type's properties would not
/// be checked.
/// </summary>
public sealed record NoiseQuery(
    [property: NoiseName, Description("Noise added to the network's input; errors are measured against the clean image.")]
    string Noise = NoiseQuery.None,
    [property: Amount]
    [property: Description("Amount of noise, as in a job's `noise`; by default the amount that the network was trained with, or 0.3.")]
    double? Amount = null,
    [property: Bounds(0, int.MaxValue)]
    [property: Description("Seed of the noise, together with the image's index; 0 is the noise of evaluations.")]
    int NoiseSeed = Domain.Datasets.Noise.EvaluationSeed)
{
    internal const string None = "none";

    private const double DefaultAmount = 0.3;

    internal bool IsAsked => Noise != None;

    /// <param name="trained">What the network was trained with.</param>
    /// <param name="index">Of the image.</param>
    /// <param name="clean">One image's values 0..1.</param>
    /// <returns>What the network is given: the image itself, where no noise is asked for.</returns>
    internal float[] AddNoise(Noise? trained, int index, float[] clean)
    {
        if (JsonConventions.Parse<NoiseKind>(Noise) is not { } kind)
        {
            return clean;
        }

        float[] noisy = [.. clean];
        double amount = Amount ?? (trained?.Kind == kind ? trained.Amount : DefaultAmount);
        new Noise { Kind = kind, Amount = amount }.AddTo(noisy, NoiseSeed, (ulong)index);
        return noisy;
    }
}

/// <summary>A kind of noise, or none.</summary>
internal sealed class NoiseNameAttribute() : OneOfAttribute([NoiseQuery.None, .. JsonConventions.Names<NoiseKind>()]);

/// <summary>How much noise.</summary>
internal sealed class AmountAttribute : RangeAttribute
{
    public AmountAttribute()
        : base(TrainingSettingsValidator.MinNoise, TrainingSettingsValidator.MaxNoise) => ErrorMessage = "must be {1} to {2}.";
}
