using System.Runtime.InteropServices;
using System.Text.Json;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Checkpoints;

/// <summary>
/// A checkpoint as one safetensors file: each parameter under its own name, Adam's moments under that name and the suffixes
/// that PyTorch has for them, all else in <c>__metadata__</c>. Equal checkpoints give equal bytes.
/// </summary>
public static class CheckpointFile
{
    public const string Format = "autoencoder-api/1";

    private const int BytesAtOnce = 1 << 16;
    private const string FirstMomentSuffix = ".exp_avg";
    private const string SecondMomentSuffix = ".exp_avg_sq";

    /// <summary>The size of the largest file that any allowed settings can lead to, with the longest header.</summary>
    public const int MaxBytes =
        Safetensors.LengthBytes + SafetensorsHeader.MaxBytes + (3 * sizeof(float) * TrainingSettingsValidator.MaxParameters);

    /// <summary>What follows a parameter's name: nothing for its weights, then Adam's moments in the order of the file.</summary>
    internal static readonly string[] Suffixes = ["", FirstMomentSuffix, SecondMomentSuffix];

    public static byte[] Write(Checkpoint checkpoint)
    {
        NetworkDefinition definition = NetworkDefinition.For(checkpoint.Settings);
        var progress = new CheckpointHeader.Progress(checkpoint.Step, checkpoint.Losses, checkpoint.EvaluatedStep, checkpoint.LossSum);
        return Safetensors.Write(
            [
                new("format", Format),
                new("settings", JsonSerializer.Serialize(checkpoint.Settings, JsonConventions.Json)),
                new("progress", JsonSerializer.Serialize(progress, JsonConventions.Json)),
                new("machine", JsonSerializer.Serialize(checkpoint.Environment, JsonConventions.Json)),
                .. checkpoint.Data is { } data
                    ? [new(CheckpointHeader.DataField, JsonSerializer.Serialize(data, JsonConventions.Json))]
                    : Array.Empty<KeyValuePair<string, string>>(),
                .. checkpoint.Errors is { } errors
                    ? [new(CheckpointHeader.ErrorsField, errors.ToBase64())]
                    : Array.Empty<KeyValuePair<string, string>>(),
            ],
            [
                .. Tensors(definition, "", checkpoint.Weights),
                .. Tensors(definition, FirstMomentSuffix, checkpoint.FirstMoment),
                .. Tensors(definition, SecondMomentSuffix, checkpoint.SecondMoment),
            ]);
    }

    /// <returns>The checkpoint, or what is wrong with the file.</returns>
    public static Result<Checkpoint, string> Read(ReadOnlyMemory<byte> file)
    {
        if (!CheckpointHeader
                .Of(Safetensors.ReadHeader(file, out ReadOnlyMemory<byte> data))
                .TryGet(out CheckpointHeader? header, out string? fault))
        {
            return fault;
        }

        return header.Outlier(data.Span) is { } outlier ? outlier : ToCheckpoint(header, data.Span);
    }

    /// <summary>The checkpoint in a file, without Adam's moments.</summary>
    /// <param name="file">Seekable, at its start; no more of it is read than the header and the weights.</param>
    public static async Task<Result<Checkpoint, string>> ReadWeightsAsync(Stream file, CancellationToken token)
    {
        if (!(await CheckpointHeader.ReadAsync(file, token)).TryGet(out CheckpointHeader? header, out string? fault))
        {
            return fault;
        }

        long start = file.Position;
        float[] weights = new float[NetworkDefinition.For(header.Settings).ParameterCount];
        int offset = 0;
        foreach (TensorEntry tensor in header.Weights)
        {
            file.Position = start + tensor.Begin;
            int count = (tensor.End - tensor.Begin) / sizeof(float);
            await ReadAsync(file, weights.AsMemory(offset, count), token);
            offset += count;
        }

        Checkpoint checkpoint = ToCheckpoint(header, weights, firstMoment: null, secondMoment: null);
        return checkpoint.IsFinite ? checkpoint : "A weight is not a finite number.";
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

    private static IEnumerable<NamedTensor> Tensors(NetworkDefinition definition, string suffix, float[]? vector)
    {
        int offset = 0;
        foreach (Parameter parameter in vector is null ? [] : definition.Parameters)
        {
            byte[] data = MemoryMarshal.AsBytes(vector.AsSpan(offset, parameter.Count)).ToArray();
            offset += parameter.Count;
            yield return new NamedTensor(parameter.Name + suffix, parameter.Shape, data);
        }
    }

    private static Checkpoint ToCheckpoint(CheckpointHeader header, ReadOnlySpan<byte> data)
    {
        NetworkDefinition definition = NetworkDefinition.For(header.Settings);
        Dictionary<string, TensorEntry> byName = header.Tensors.ToDictionary(tensor => tensor.Name);
        float[]?[] vectors = new float[]?[Suffixes.Length];
        for (int i = 0; i < header.Vectors; i++)
        {
            vectors[i] = Vector(definition, Suffixes[i], byName, data);
        }

        return ToCheckpoint(header, vectors[0]!, vectors[1], vectors[2]);
    }

    private static Checkpoint ToCheckpoint(CheckpointHeader header, float[] weights, float[]? firstMoment, float[]? secondMoment) =>
        new(
            header.Settings,
            header.Step,
            header.Losses,
            header.EvaluatedStep,
            header.LossSum,
            header.Environment,
            weights,
            firstMoment,
            secondMoment)
        {
            Data = header.Data,
            Errors = header.Errors,
        };

    /// <summary>The tensors of that suffix as one vector in the order of the definition, wherever in the file they lie.</summary>
    private static float[] Vector(NetworkDefinition definition, string suffix, Dictionary<string, TensorEntry> byName,
        ReadOnlySpan<byte> data)
    {
        float[] vector = new float[definition.ParameterCount];
        int offset = 0;
        foreach (Parameter parameter in definition.Parameters)
        {
            TensorEntry tensor = byName[parameter.Name + suffix];
            MemoryMarshal.Cast<byte, float>(data[tensor.Begin..tensor.End]).CopyTo(vector.AsSpan(offset));
            offset += parameter.Count;
        }

        return vector;
    }
}
