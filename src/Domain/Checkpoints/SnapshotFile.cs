using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Checkpoints;

/// <summary>What came of reading a checkpoint file: the snapshot, or what is wrong with the file.</summary>
public abstract record SnapshotRead
{
    private SnapshotRead()
    {
    }

    public sealed record Valid(Snapshot Snapshot) : SnapshotRead;

    public sealed record Invalid(string Reason) : SnapshotRead;
}

/// <summary>
/// A snapshot as one safetensors file: each parameter under its own name, Adam's moments under that name and the suffixes
/// that PyTorch has for them, all else in <c>__metadata__</c>. Equal snapshots give equal bytes.
/// </summary>
public static class SnapshotFile
{
    public const string Format = "autoencoder-api/1";

    private const string FirstMomentSuffix = ".exp_avg";
    private const string SecondMomentSuffix = ".exp_avg_sq";

    public static byte[] Write(Snapshot snapshot)
    {
        NetworkPlan plan = NetworkPlan.For(snapshot.Settings);
        var progress = new Progress(snapshot.Step, snapshot.Losses, snapshot.EvaluatedStep, snapshot.LossSum);
        return Safetensors.Write(
            [
                new("format", Format),
                new("settings", JsonSerializer.Serialize(snapshot.Settings, WireFormat.Json)),
                new("progress", JsonSerializer.Serialize(progress, WireFormat.Json)),
                new("machine", JsonSerializer.Serialize(snapshot.Machine, WireFormat.Json)),
            ],
            [
                .. Tensors(plan, "", snapshot.Weights),
                .. Tensors(plan, FirstMomentSuffix, snapshot.FirstMoment),
                .. Tensors(plan, SecondMomentSuffix, snapshot.SecondMoment),
            ]);
    }

    public static SnapshotRead Read(ReadOnlyMemory<byte> file) => Safetensors.Read(file) switch
    {
        SafetensorsRead.Contents contents => Interpret(contents),
        SafetensorsRead.Invalid invalid => new SnapshotRead.Invalid(invalid.Reason),
        _ => throw new InvalidOperationException("unreachable"),
    };

    private static IEnumerable<NamedTensor> Tensors(NetworkPlan plan, string suffix, float[]? vector)
    {
        int offset = 0;
        foreach (Parameter parameter in vector is null ? [] : plan.Parameters)
        {
            byte[] data = MemoryMarshal.AsBytes(vector.AsSpan(offset, parameter.Count)).ToArray();
            offset += parameter.Count;
            yield return new NamedTensor(parameter.Name + suffix, parameter.Shape, data);
        }
    }

    private static SnapshotRead Interpret(SafetensorsRead.Contents contents)
    {
        if (contents.Metadata.GetValueOrDefault("format") != Format)
        {
            return new SnapshotRead.Invalid($"__metadata__.format is not '{Format}'.");
        }

        if (Field<TrainingSettings>(contents, "settings") is not { } settings || SettingsRules.Violations(settings).Count > 0)
        {
            return new SnapshotRead.Invalid("__metadata__.settings does not hold valid training settings.");
        }

        if (Field<Progress>(contents, "progress") is not { } progress || progress.Step < 0 || progress.Step > settings.Steps)
        {
            return new SnapshotRead.Invalid("__metadata__.progress does not hold a step between 0 and settings.steps, and losses.");
        }

        if (Field<Machine>(contents, "machine") is not { } machine)
        {
            return new SnapshotRead.Invalid("__metadata__.machine does not hold threads and instructionSet.");
        }

        NetworkPlan plan = NetworkPlan.For(settings);
        bool hasMoments = contents.Tensors.Count > plan.Parameters.Count;
        string[] suffixes = hasMoments ? ["", FirstMomentSuffix, SecondMomentSuffix] : [""];
        if (Mismatch(plan, suffixes, contents.Tensors) is { } reason)
        {
            return new SnapshotRead.Invalid(reason);
        }

        float[][] vectors = [.. contents.Tensors.Chunk(plan.Parameters.Count).Select(Concatenate)];
        return new SnapshotRead.Valid(new Snapshot(
            settings, progress.Step, progress.Losses, progress.EvaluatedStep, progress.LossSum, machine,
            vectors[0], hasMoments ? vectors[1] : null, hasMoments ? vectors[2] : null));
    }

    private static T? Field<T>(SafetensorsRead.Contents contents, string name)
        where T : class
    {
        try
        {
            return contents.Metadata.TryGetValue(name, out string? json) ? JsonSerializer.Deserialize<T>(json, WireFormat.Json) : null;
        }
        catch (JsonException)
        {
            return null; // the caller names the field
        }
    }

    private static string? Mismatch(NetworkPlan plan, string[] suffixes, IReadOnlyList<NamedTensor> tensors)
    {
        Parameter[] expected = [.. suffixes.SelectMany(suffix => plan.Parameters.Select(parameter => parameter with { Name = parameter.Name + suffix }))];
        if (tensors.Count != expected.Length)
        {
            return string.Create(CultureInfo.InvariantCulture, $"There are {tensors.Count} tensors; this network has {plan.Parameters.Count}, or three times that with Adam's moments.");
        }

        foreach ((Parameter parameter, NamedTensor tensor) in expected.Zip(tensors))
        {
            if (tensor.Name != parameter.Name || !tensor.Shape.AsSpan().SequenceEqual(parameter.Shape))
            {
                return $"Tensor '{tensor.Name}' [{string.Join(", ", tensor.Shape)}] stands where the network has '{parameter.Name}' [{string.Join(", ", parameter.Shape)}].";
            }

            foreach (float value in MemoryMarshal.Cast<byte, float>(tensor.Data.Span))
            {
                if (!float.IsFinite(value))
                {
                    return $"Tensor '{tensor.Name}' holds a value that is not finite.";
                }
            }
        }

        return null;
    }

    private static float[] Concatenate(NamedTensor[] tensors)
    {
        float[] vector = new float[tensors.Sum(tensor => tensor.Data.Length / sizeof(float))];
        Span<byte> rest = MemoryMarshal.AsBytes(vector.AsSpan());
        foreach (NamedTensor tensor in tensors)
        {
            tensor.Data.Span.CopyTo(rest);
            rest = rest[tensor.Data.Length..];
        }

        return vector;
    }

    private sealed record Progress(int Step, Losses Losses, int EvaluatedStep, double LossSum);
}
