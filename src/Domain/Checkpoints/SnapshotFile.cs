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

    private const int BytesAtOnce = 1 << 16;
    private const string FirstMomentSuffix = ".exp_avg";
    private const string SecondMomentSuffix = ".exp_avg_sq";

    /// <summary>The size of the largest file that any allowed settings can lead to, with the longest header.</summary>
    public const int MaxBytes = Safetensors.LengthBytes + SafetensorsHeader.MaxBytes + (3 * sizeof(float) * SettingsRules.MaxParameters);

    /// <summary>What follows a parameter's name: nothing for its weights, then Adam's moments in the order of the file.</summary>
    internal static readonly string[] Suffixes = ["", FirstMomentSuffix, SecondMomentSuffix];

    public static byte[] Write(Snapshot snapshot)
    {
        NetworkPlan plan = NetworkPlan.For(snapshot.Settings);
        var progress = new SnapshotHeader.Progress(snapshot.Step, snapshot.Losses, snapshot.EvaluatedStep, snapshot.LossSum);
        return Safetensors.Write(
            [
                new("format", Format),
                new("settings", JsonSerializer.Serialize(snapshot.Settings, WireFormat.Json)),
                new("progress", JsonSerializer.Serialize(progress, WireFormat.Json)),
                new("machine", JsonSerializer.Serialize(snapshot.Machine, WireFormat.Json)),
                .. snapshot.Data is { } data ? [new(SnapshotHeader.DataField, JsonSerializer.Serialize(data, WireFormat.Json))] : Array.Empty<KeyValuePair<string, string>>(),
            ],
            [
                .. Tensors(plan, "", snapshot.Weights),
                .. Tensors(plan, FirstMomentSuffix, snapshot.FirstMoment),
                .. Tensors(plan, SecondMomentSuffix, snapshot.SecondMoment),
            ]);
    }

    public static SnapshotRead Read(ReadOnlyMemory<byte> file) => SnapshotHeader.Of(Safetensors.ReadHeader(file, out ReadOnlyMemory<byte> data)) switch
    {
        SnapshotHeaderRead.Valid { Header: var header } when header.Outlier(data.Span) is { } outlier => new SnapshotRead.Invalid(outlier),
        SnapshotHeaderRead.Valid { Header: var header } => new SnapshotRead.Valid(ToSnapshot(header, data.Span)),
        SnapshotHeaderRead.Invalid invalid => new SnapshotRead.Invalid(invalid.Reason),
        _ => throw new InvalidOperationException("unreachable"),
    };

    /// <summary>The snapshot in a file, without Adam's moments.</summary>
    /// <param name="file">Seekable, at its start; no more of it is read than the header and the weights.</param>
    public static async Task<SnapshotRead> ReadWeightsAsync(Stream file, CancellationToken token)
    {
        switch (await SnapshotHeader.ReadAsync(file, token))
        {
            case SnapshotHeaderRead.Invalid invalid:
                return new SnapshotRead.Invalid(invalid.Reason);
            case SnapshotHeaderRead.Valid { Header: var header }:
                long start = file.Position;
                float[] weights = new float[NetworkPlan.For(header.Settings).ParameterCount];
                int offset = 0;
                foreach (TensorEntry tensor in header.Weights)
                {
                    file.Position = start + tensor.Begin;
                    int count = (tensor.End - tensor.Begin) / sizeof(float);
                    await ReadAsync(file, weights.AsMemory(offset, count), token);
                    offset += count;
                }

                var snapshot = new Snapshot(
                    header.Settings, header.Step, header.Losses, header.EvaluatedStep, header.LossSum, header.Machine, weights, FirstMoment: null, SecondMoment: null)
                {
                    Data = header.Data,
                };
                return snapshot.IsFinite ? new SnapshotRead.Valid(snapshot) : new SnapshotRead.Invalid("A weight is not a finite number.");
            default:
                throw new InvalidOperationException("unreachable");
        }
    }

    private static async Task ReadAsync(Stream file, Memory<float> values, CancellationToken token)
    {
        byte[] some = new byte[Math.Min(BytesAtOnce, values.Length * sizeof(float))];
        for (int read = 0; read < values.Length;)
        {
            int count = Math.Min(some.Length / sizeof(float), values.Length - read);
            await file.ReadExactlyAsync(some.AsMemory(0, count * sizeof(float)), token);
            MemoryMarshal.Cast<byte, float>(some.AsSpan(0, count * sizeof(float))).CopyTo(values.Span[read..]);
            read += count;
        }
    }

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

    private static Snapshot ToSnapshot(SnapshotHeader header, ReadOnlySpan<byte> data)
    {
        NetworkPlan plan = NetworkPlan.For(header.Settings);
        Dictionary<string, TensorEntry> byName = header.Tensors.ToDictionary(tensor => tensor.Name);
        float[]?[] vectors = new float[]?[Suffixes.Length];
        for (int i = 0; i < header.Vectors; i++)
        {
            vectors[i] = Vector(plan, Suffixes[i], byName, data);
        }

        return new Snapshot(
            header.Settings, header.Step, header.Losses, header.EvaluatedStep, header.LossSum, header.Machine, vectors[0]!, vectors[1], vectors[2])
        {
            Data = header.Data,
        };
    }

    /// <summary>The tensors of that suffix as one vector in the order of the plan, wherever in the file they lie.</summary>
    private static float[] Vector(NetworkPlan plan, string suffix, Dictionary<string, TensorEntry> byName, ReadOnlySpan<byte> data)
    {
        float[] vector = new float[plan.ParameterCount];
        int offset = 0;
        foreach (Parameter parameter in plan.Parameters)
        {
            TensorEntry tensor = byName[parameter.Name + suffix];
            MemoryMarshal.Cast<byte, float>(data[tensor.Begin..tensor.End]).CopyTo(vector.AsSpan(offset));
            offset += parameter.Count;
        }

        return vector;
    }
}
