using System.Text.RegularExpressions;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Jobs;

/// <summary>What a number may be, the bounds included.</summary>
public sealed record SettingBounds(double Min, double Max, bool OddOnly = false)
{
    public bool Hold(double value) => value >= Min && value <= Max && (!OddOnly || double.IsOddInteger(value));
}

/// <summary>The bounds of every setting, which the request, the OpenAPI document and imported files share.</summary>
public static partial class TrainingSettingsValidator
{
    public const int MaxSteps = 100_000;
    public const int MaxBatchSize = 1_000;
    public const double MinLearningRate = 1e-6;
    public const double MaxLearningRate = 1;
    public const int MaxChannels = 64;
    public const int MaxKernelSize = 9;
    public const int MaxDenseWidth = 1_568; // the code of a convolutional network as it comes
    public const int MinCodeWidth = 2;
    public const int MaxCodeWidth = 512;
    public const int MinImageValues = ImageShapes.Gray * ImageShapes.MinSide * ImageShapes.MinSide;
    public const int MaxImageValues = ImageShapes.Color * ImageShapes.MaxSide * ImageShapes.MaxSide;
    public const double MinNoise = 0.001;
    public const double MaxNoise = 1;

    /// <summary>Trainable numbers of a network: with Adam's moments a checkpoint of so many has 48 MB.</summary>
    public const int MaxParameters = 4_000_000;

    /// <summary>Values of a batch's images together: as floats 32 MB.</summary>
    public const int MaxBatchValues = 8_000_000;

    /// <summary>Of the names that clients give.</summary>
    public const string NamePattern = "^[a-z0-9][a-z0-9._-]{0,63}$";
    public const string NameRule =
        "must be 1 to 64 lower-case letters, digits, dots, dashes or underscores, the first a letter or a digit.";

    /// <summary>Of each setting that is a number, or a pair of them, by its wire name.</summary>
    public static readonly IReadOnlyDictionary<string, SettingBounds> Bounds = new Dictionary<string, SettingBounds>
    {
        ["steps"] = new(1, MaxSteps),
        ["batchSize"] = new(1, MaxBatchSize),
        ["learningRate"] = new(MinLearningRate, MaxLearningRate),
        ["seed"] = new(0, int.MaxValue),
        ["channels"] = new(1, MaxChannels),
        ["kernelSize"] = new(1, MaxKernelSize, OddOnly: true),
        ["denseWidths"] = new(1, MaxDenseWidth),
        ["codeWidth"] = new(MinCodeWidth, MaxCodeWidth),
        ["labels"] = new(byte.MinValue, byte.MaxValue),
        ["warmupSteps"] = new(0, MaxSteps),
        ["evaluateEvery"] = new(1, MaxSteps),
        ["checkpointEvery"] = new(1, MaxSteps),
        ["amount"] = new(MinNoise, MaxNoise),
    };

    private static readonly IReadOnlyList<string> s_noiseKinds = [.. JsonConventions.Names<NoiseKind>()];

    /// <summary>Every setting that is out of bounds, by its wire name, with what it may be; empty where all is well.</summary>
    public static IReadOnlyDictionary<string, string> Validate(TrainingSettings settings)
    {
        var violations = NumberViolations(settings);
        Require(
            Enum.IsDefined(settings.Architecture),
            "architecture",
            $"must be one of {string.Join(", ", JsonConventions.Names<Architecture>())}.");
        Require(IsName(settings.Dataset), "dataset", NameRule);
        Require(
            Enum.IsDefined(settings.Initialization),
            "initialization",
            $"must be one of {string.Join(", ", JsonConventions.Names<Initialization>())}.");
        Require(
            IsImageShape(settings.ImageShape),
            "imageShape",
            $"must be channels (1 or 3), height and width, both divisible by 4 and from {ImageShapes.MinSide} to {ImageShapes.MaxSide}.");
        Require(
            settings.Noise is not { } noise || (Enum.IsDefined(noise.Kind) && Bounds["amount"].Hold(noise.Amount)),
            "noise",
            FormattableString.Invariant(
                $"must have a kind ({string.Join(", ", s_noiseKinds)}) and an amount from {MinNoise} to {MaxNoise}."));
        Require(
            settings.Labels is not { } labels
                || (labels.Length > 0 && labels.Distinct().Count() == labels.Length && labels.All(label => Bounds["labels"].Hold(label))),
            "labels",
            $"must be one or more different whole numbers from {Bounds["labels"].Min} to {Bounds["labels"].Max}.");
        return violations.Count > 0 ? violations : SizeViolations(settings);

        void Require(bool holds, string field, string rule)
        {
            if (!holds)
            {
                violations[field] = rule;
            }
        }
    }

    /// <param name="sizes">Channels, height, width.</param>
    public static bool IsImageShape(int[] sizes) => sizes is [_, _, _] && ImageShapes.Violation(TensorShape.Of(sizes)) is null;

    /// <summary>Whether it may name a job, a checkpoint, a tag or a data set.</summary>
    public static bool IsName(string text) => Name().IsMatch(text);

    private static Dictionary<string, string> NumberViolations(TrainingSettings settings)
    {
        var violations = new Dictionary<string, string>();
        RequireNumber("steps", "a whole number", settings.Steps);
        RequireNumber("batchSize", "a whole number", settings.BatchSize);
        RequireNumber("learningRate", "a number", settings.LearningRate);
        RequireNumber("seed", "a whole number", settings.Seed);
        RequirePair("channels", settings.Channels, "the channels of the first and the second convolution");
        RequireNumber("kernelSize", "an odd number", settings.KernelSize);
        RequirePair("denseWidths", settings.DenseWidths, "the width of the hidden layers and of the code");
        RequireNumber("codeWidth", "a whole number", settings.CodeWidth ?? MinCodeWidth);
        RequireNumber("warmupSteps", "a whole number", settings.WarmupSteps);
        RequireNumber("evaluateEvery", "a whole number", settings.EvaluateEvery);
        RequireNumber("checkpointEvery", "a whole number", settings.CheckpointEvery);
        return violations;

        void RequireNumber(string field, string kind, double value)
        {
            if (!Bounds[field].Hold(value))
            {
                violations[field] = $"must be {kind} from {Bounds[field].Min} to {Bounds[field].Max}.";
            }
        }

        void RequirePair(string field, int[] values, string meaning)
        {
            if (values.Length != 2 || !values.All(value => Bounds[field].Hold(value)))
            {
                violations[field] = $"must be two whole numbers from {Bounds[field].Min} to {Bounds[field].Max}: {meaning}.";
            }
        }
    }

    private static Dictionary<string, string> SizeViolations(TrainingSettings settings)
    {
        var violations = new Dictionary<string, string>();
        NetworkDefinition definition = NetworkDefinition.For(settings);
        if (definition.ParameterCount > MaxParameters)
        {
            violations[Architectures.Of(settings.Architecture).SizeFields[0]] =
                $"make a network of {definition.ParameterCount} parameters of these images, {definition.Input}; at most {MaxParameters} "
                + $"are taken.";
        }

        if ((long)settings.BatchSize * definition.Input.Count > MaxBatchValues)
        {
            violations["batchSize"] = $"must be at most {MaxBatchValues / definition.Input.Count} for images of {definition.Input}.";
        }

        return violations;
    }

    [GeneratedRegex(NamePattern + "(?!\\n)")] // in .NET a bare $ lets a final line feed pass
    private static partial Regex Name();
}
