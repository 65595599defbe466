using System.Runtime.InteropServices;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Training.Evaluations;

namespace AutoencoderApi.Api.Evaluations;

/// <summary>A map of codes with the labels of its images.</summary>
/// <param name="Labels">One a point; null without labels.</param>
internal sealed record LabelledMap(CodeMap Map, byte[]? Labels);

/// <summary>A map of codes as a safetensors file of float32.</summary>
internal static class MapFile
{
    /// <param name="labelled">The split, where its images have labels.</param>
    public static byte[] Write(CodeMap map, DatasetSplit? labelled)
    {
        (int points, int width) = (map.Indices.Length, map.Mean.Length);
        var tensors = new List<NamedTensor>
        {
            Tensor("indices", [points], [.. map.Indices.Select(index => (float)index)]),
            Tensor("mean", [width], map.Mean),
            Tensor("axes", [2, width], [.. map.Axes.SelectMany(axis => axis)]),
            Tensor("explainedVariance", [2], [.. map.ExplainedVariance.Select(fraction => (float)fraction)]),
            Tensor("pca", [points, 2], map.Pca),
            Tensor("tsne", [points, 2], map.Tsne),
            Tensor("codes", [points, width], map.Codes),
        };
        if (labelled is not null)
        {
            tensors.Add(Tensor("labels", [points], [.. map.Indices.Select(index => (float)labelled.Label(index))]));
        }

        return Safetensors.Write([], tensors);
    }

    /// <returns>Null where the bytes are not those that were written.</returns>
    public static LabelledMap? Read(byte[] file)
    {
        if (!Safetensors.Read(file).TryGet(out SafetensorsFile? read, out _))
        {
            return null;
        }

        Dictionary<string, float[]> values = read.Tensors.ToDictionary(tensor => tensor.Name, tensor => Floats(tensor.Data.Span));
        int width = values["mean"].Length;
        return new LabelledMap(
            new CodeMap(
                [.. values["indices"].Select(index => (int)index)],
                values["mean"],
                [values["axes"][..width], values["axes"][width..]],
                [.. values["explainedVariance"].Select(fraction => (double)fraction)],
                values["pca"],
                values["tsne"],
                values["codes"]),
            values.TryGetValue("labels", out float[]? labels) ? [.. labels.Select(label => (byte)label)] : null);
    }

    /// <summary>Little-endian float32.</summary>
    public static byte[] Bytes(ReadOnlySpan<float> values) => MemoryMarshal.AsBytes(values).ToArray();

    public static float[] Floats(ReadOnlySpan<byte> bytes) => MemoryMarshal.Cast<byte, float>(bytes).ToArray();

    private static NamedTensor Tensor(string name, int[] shape, float[] values) => new(name, shape, Bytes(values));
}
