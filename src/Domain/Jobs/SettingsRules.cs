using System.Text.RegularExpressions;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Jobs;

/// <summary>The bounds of every setting, which the request, the OpenAPI document and imported files share.</summary>
public static partial class SettingsRules
{
    public const int MaxSteps = 100_000;
    public const int MaxBatchSize = 1_000;
    public const double MinLearningRate = 1e-6;
    public const double MaxLearningRate = 1;
    public const int MaxChannels = 64;
    public const int MaxKernelSize = 9;
    public const int MaxDenseWidth = 1_024;

    /// <summary>Of the names that clients give. The last part is for .NET, where a bare <c>$</c> lets a final line feed pass.</summary>
    public const string NamePattern = "^[a-z0-9][a-z0-9._-]{0,63}$(?!\\n)";
    public const string NameRule = "must be 1 to 64 lower-case letters, digits, dots, dashes or underscores, the first a letter or a digit.";

    /// <summary>Every setting that is out of bounds, by its wire name, with what it may be; empty where all is well.</summary>
    public static IReadOnlyDictionary<string, string> Violations(TrainingSettings settings)
    {
        var violations = new Dictionary<string, string>();
        void Require(bool holds, string field, string rule)
        {
            if (!holds)
            {
                violations[field] = rule;
            }
        }

        Require(Enum.IsDefined(settings.Architecture), "architecture", $"must be one of {string.Join(", ", WireFormat.Names<Architecture>())}.");
        Require(IsName(settings.Dataset), "dataset", NameRule);
        Require(settings.Steps is >= 1 and <= MaxSteps, "steps", $"must be a whole number from 1 to {MaxSteps}.");
        Require(settings.BatchSize is >= 1 and <= MaxBatchSize, "batchSize", $"must be a whole number from 1 to {MaxBatchSize}.");
        Require(settings.LearningRate is >= MinLearningRate and <= MaxLearningRate, "learningRate", $"must be a number from {MinLearningRate} to {MaxLearningRate}.");
        Require(settings.Seed >= 0, "seed", $"must be a whole number from 0 to {int.MaxValue}.");
        Require(IsPair(settings.Channels, MaxChannels), "channels", $"must be two whole numbers from 1 to {MaxChannels}: the channels of the first and the second convolution.");
        Require(settings.KernelSize is >= 1 and <= MaxKernelSize && int.IsOddInteger(settings.KernelSize), "kernelSize", $"must be an odd number from 1 to {MaxKernelSize}.");
        Require(IsPair(settings.DenseWidths, MaxDenseWidth), "denseWidths", $"must be two whole numbers from 1 to {MaxDenseWidth}: the width of the hidden layers and of the code.");
        Require(settings.WarmupSteps is >= 0 and <= MaxSteps, "warmupSteps", $"must be a whole number from 0 to {MaxSteps}.");
        Require(settings.EvaluateEvery is >= 1 and <= MaxSteps, "evaluateEvery", $"must be a whole number from 1 to {MaxSteps}.");
        Require(settings.CheckpointEvery is >= 1 and <= MaxSteps, "checkpointEvery", $"must be a whole number from 1 to {MaxSteps}.");
        return violations;
    }

    /// <summary>Whether it may name a job, a checkpoint, a tag or a data set.</summary>
    public static bool IsName(string text) => Name().IsMatch(text);

    [GeneratedRegex(NamePattern)]
    private static partial Regex Name();

    private static bool IsPair(int[] values, int max) => values.Length == 2 && values.All(value => value >= 1 && value <= max);
}
