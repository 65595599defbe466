using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Evaluations;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Checkpoints;

/// <summary>
/// All that a checkpoint file says before its first tensor. Its names, shapes and size are those of the network in its
/// settings.
/// </summary>
public sealed record CheckpointHeader
{
    internal const string DataField = "data";
    internal const string ErrorsField = "errorQuantiles";

    private const int MaxThreads = 1_024;

    private CheckpointHeader(
        TrainingSettings settings,
        Progress progress,
        ExecutionEnvironment machine,
        DataProfile? data,
        ErrorQuantiles? errors,
        SafetensorsContents contents,
        int vectors) =>
        (Settings, Step, Losses, EvaluatedStep, LossSum, Environment, Data, Errors, Tensors, Vectors, DataBytes) = (
            settings,
            progress.Step,
            progress.Losses,
            progress.EvaluatedStep,
            progress.LossSum,
            machine,
            data,
            errors,
            contents.Tensors,
            vectors,
            contents.DataBytes);

    public TrainingSettings Settings { get; }

    public int Step { get; }

    public Losses Losses { get; }

    public int EvaluatedStep { get; }

    public double LossSum { get; }

    public ExecutionEnvironment Environment { get; }

    /// <summary>What the network's data look like; null in a file from before it was recorded.</summary>
    public DataProfile? Data { get; }

    /// <summary>The network's errors on validation images; null in a file without them.</summary>
    public ErrorQuantiles? Errors { get; }

    /// <summary>In the order of their bytes.</summary>
    public IReadOnlyList<TensorEntry> Tensors { get; }

    /// <summary>1: the weights alone; 3: with Adam's moments.</summary>
    public int Vectors { get; }

    /// <summary>Bytes that follow the header.</summary>
    public int DataBytes { get; }

    /// <param name="header">The JSON between a safetensors file's length and its first tensor.</param>
    public static Result<CheckpointHeader, string> Read(ReadOnlyMemory<byte> header) => Of(SafetensorsHeader.Read(header));

    /// <summary>Reads a file's header; the stream then lies at the first byte after it.</summary>
    public static async Task<Result<CheckpointHeader, string>> ReadAsync(Stream file, CancellationToken token)
    {
        byte[] start = new byte[Safetensors.LengthBytes];
        int read = await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, token);
        if (Safetensors.HeaderLength(start.AsSpan(0, read), out int length) is { } fault)
        {
            return fault;
        }

        byte[] header = new byte[length];
        read = await file.ReadAtLeastAsync(header, length, throwOnEndOfStream: false, token);
        return read < length ? $"The file ends within its header, after {read} of {length} bytes." : Read(header);
    }

    /// <summary>The tensors of the weights, in the order of the definition.</summary>
    public IEnumerable<TensorEntry> Weights
    {
        get
        {
            Dictionary<string, TensorEntry> byName = Tensors.ToDictionary(tensor => tensor.Name);
            return NetworkDefinition.For(Settings).Parameters.Select(parameter => byName[parameter.Name]);
        }
    }

    internal static Result<CheckpointHeader, string> Of(Result<SafetensorsContents, string> header) =>
        header.TryGet(out SafetensorsContents? contents, out string? fault) ? Interpret(contents) : fault;

    /// <summary>
    /// The first value that is not finite or beyond <paramref name="limit"/> in size, in words; null where there is
    /// none.
    /// </summary>
    /// <param name="data">The bytes after the header.</param>
    public string? Outlier(ReadOnlySpan<byte> data, float limit = float.MaxValue)
    {
        foreach (TensorEntry tensor in Tensors)
        {
            ReadOnlySpan<float> values = MemoryMarshal.Cast<byte, float>(data[tensor.Begin..tensor.End]);
            for (int i = 0; i < values.Length; i++)
            {
                if (!(Math.Abs(values[i]) <= limit)) // NaN is not within any limit
                {
                    return string.Create(
                        CultureInfo.InvariantCulture,
                        $"Tensor '{tensor.Name}': value {i} is {values[i]}; values must be finite and within ±{limit}.");
                }
            }
        }

        return null;
    }

    private static Result<CheckpointHeader, string> Interpret(SafetensorsContents contents)
    {
        if (contents.Metadata.GetValueOrDefault("format") != CheckpointFile.Format)
        {
            return $"__metadata__.format is not '{CheckpointFile.Format}'.";
        }

        string? fault = null;
        if (!Read<TrainingSettings>(contents, "settings").TryGet(out TrainingSettings? settings, out fault)
            || !Read<Progress>(contents, "progress").TryGet(out Progress? progress, out fault)
            || !Read<ExecutionEnvironment>(contents, "machine").TryGet(out ExecutionEnvironment? machine, out fault))
        {
            return fault;
        }

        DataProfile? data = null;
        if (contents.Metadata.ContainsKey(DataField) && !Read<DataProfile>(contents, DataField).TryGet(out data, out fault))
        {
            return fault;
        }

        ErrorQuantiles? errors = null;
        if (contents.Metadata.TryGetValue(ErrorsField, out string? base64) && (errors = ErrorQuantiles.FromBase64(base64)) is null)
        {
            return $"__metadata__.{ErrorsField} is not {ErrorQuantiles.Count} ascending float32, 0 or more, in base64.";
        }

        if ((Violation(settings) ?? Violation(progress, settings) ?? Violation(machine) ?? Violation(data)) is { } violation)
        {
            return $"__metadata__.{violation}";
        }

        NetworkDefinition definition = NetworkDefinition.For(settings);
        int vectors = contents.Tensors.Count > definition.Parameters.Count ? CheckpointFile.Suffixes.Length : 1;
        return Mismatch(definition, vectors, contents.Tensors) is { } mismatch
            ? mismatch
            : new CheckpointHeader(settings, progress, machine, data, errors, contents, vectors);
    }

    private static Result<T, string> Read<T>(SafetensorsContents contents, string name)
        where T : class
    {
        if (!contents.Metadata.TryGetValue(name, out string? json))
        {
            return $"__metadata__.{name} is missing.";
        }

        try
        {
            return JsonSerializer.Deserialize<T>(json, JsonConventions.Json) is { } value ? value : $"__metadata__.{name} is null.";
        }
        catch (JsonException e)
        {
            return $"__metadata__.{name} is not the JSON that docs/checkpoints.md describes; it goes wrong at '{e.Path}'.";
        }
    }

    private static string? Violation(DataProfile? data) =>
        data is null || (Enum.IsDefined(data.Background) && data.Range is [>= 0 and var low, <= 1 and var high] && low <= high)
            ? null
            : "data.range must be the smallest and the largest value, 0 to 1.";

    private static string? Violation(TrainingSettings settings) =>
        TrainingSettingsValidator.Validate(settings) is { Count: > 0 } violations
            ? $"settings.{violations.First().Key} {violations.First().Value}"
            : null;

    private static string? Violation(Progress progress, TrainingSettings settings) =>
        progress.Step < 0 || progress.Step > settings.Steps ? "progress.step must be 0 to settings.steps."
        : progress.EvaluatedStep < -1 || progress.EvaluatedStep > progress.Step ? "progress.evaluatedStep must be -1 to progress.step."
        : !IsLoss(progress.LossSum) ? "progress.lossSum must be a finite number, 0 or more."
        : progress.Losses is null || !IsLoss(progress.Losses.Train) || !IsLoss(progress.Losses.Validation) || !IsLoss(progress.Losses.Test)
            ? "progress.losses must be train, validation and test, each a finite number, 0 or more, or null."
        : null;

    private static string? Violation(ExecutionEnvironment machine) =>
        machine.Threads is < 1 or > MaxThreads ? $"machine.threads must be 1 to {MaxThreads}."
        : machine.InstructionSet is null || !TrainingSettingsValidator.IsName(machine.InstructionSet)
            ? $"machine.instructionSet {TrainingSettingsValidator.NameRule}"
        : machine.Engine is { } engine && !TrainingSettingsValidator.IsName(engine) ? $"machine.engine {TrainingSettingsValidator.NameRule}"
        : null;

    private static bool IsLoss(double? loss) => loss is null or (>= 0 and <= double.MaxValue);

    private static string? Mismatch(NetworkDefinition definition, int vectors, IReadOnlyList<TensorEntry> tensors)
    {
        if (tensors.Count != vectors * definition.Parameters.Count)
        {
            return $"There are {tensors.Count} tensors; this network has {definition.Parameters.Count}, or three times that with Adam's "
                + $"moments.";
        }

        Parameter[] expected = [.. CheckpointFile.Suffixes.Take(vectors)
            .SelectMany(suffix => definition.Parameters.Select(parameter => parameter with { Name = parameter.Name + suffix }))];
        Dictionary<string, TensorEntry> byName = tensors.ToDictionary(tensor => tensor.Name);
        if (Array.Find(expected, parameter => !byName.ContainsKey(parameter.Name)) is { } missing)
        {
            string foreign = byName.Keys.Except(expected.Select(parameter => parameter.Name)).First();
            return $"There is no tensor '{missing.Name}', which the network has, but a tensor '{SafetensorsHeader.Shown(foreign)}', "
                + $"which it has not.";
        }

        return Array.Find(expected, parameter => !byName[parameter.Name].Shape.AsSpan().SequenceEqual(parameter.Shape)) is { } unlike
            ? $"Tensor '{unlike.Name}' has the shape [{string.Join(", ", byName[unlike.Name].Shape)}]; the network has it as "
                + $"[{string.Join(", ", unlike.Shape)}]."
            : null;
    }

    internal sealed record Progress(int Step, Losses Losses, int EvaluatedStep, double LossSum);
}
