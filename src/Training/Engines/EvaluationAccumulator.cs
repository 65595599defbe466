using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Engines;

/// <param name="Loss">Mean squared error over all elements.</param>
/// <param name="DeadUnits">Fraction, 0..1, of the units of layers with weights that are zero for every image.</param>
/// <param name="OutputIsConstant">Whether every image gets the same reconstruction.</param>
/// <param name="Errors">Each image's mean squared error, in any order.</param>
internal sealed record Evaluation(double Loss, double DeadUnits, bool OutputIsConstant, IReadOnlyList<double> Errors);

/// <summary>What one thread has seen of a network's answers to many images.</summary>
internal sealed class EvaluationAccumulator(NetworkDefinition definition)
{
    private const float ConstantWithin = 1e-6f;

    private readonly float[]?[] _largest = new float[definition.Layers.Count][]; // by layer: each unit's largest magnitude
    private readonly int[] _storedChannels = new int[definition.Layers.Count];
    private readonly float[] _low = [.. Enumerable.Repeat(float.MaxValue, definition.Input.Count)];
    private readonly float[] _high = [.. Enumerable.Repeat(float.MinValue, definition.Input.Count)];
    private readonly List<double> _errors = [];
    private double _squares;

    /// <summary>Whether anyone asks after the units of layer number <paramref name="layer"/>.</summary>
    public bool Wants(int layer) => definition.Layers[layer].Parameters.Count > 0;

    /// <summary>One image's values from unit <paramref name="first"/> on, of <paramref name="count"/> that are stored in all.</summary>
    /// <param name="storedChannels">Of each pixel; those beyond the layer's own are not units. 1 where the channel comes first.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    public void AddUnits(int layer, ReadOnlySpan<float> values, int first, int count, int storedChannels)
    {
        _storedChannels[layer] = storedChannels;
        Span<float> largest = (_largest[layer] ??= new float[count]).AsSpan(first, values.Length);
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(values);
        Span<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(largest);
        for (int i = 0; i < vectors.Length; i++)
        {
            wide[i] = Vector.Max(wide[i], Vector.Abs(vectors[i]));
        }

        for (int i = vectors.Length * Vector<float>.Count; i < values.Length; i++)
        {
            largest[i] = MathF.Max(largest[i], MathF.Abs(values[i]));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    public void AddReconstruction(ReadOnlySpan<float> image, ReadOnlySpan<float> reconstruction)
    {
        double squares = SquaredError.Sum(reconstruction, image);
        _squares += squares;
        _errors.Add(squares / image.Length);
        for (int i = 0; i < image.Length; i++)
        {
            _low[i] = MathF.Min(_low[i], reconstruction[i]);
            _high[i] = MathF.Max(_high[i], reconstruction[i]);
        }
    }

    /// <summary>The accumulators of all threads as one evaluation.</summary>
    public static Evaluation ToEvaluation(NetworkDefinition definition, IReadOnlyList<EvaluationAccumulator> accumulators)
    {
        double units = 0, living = 0;
        for (int layer = 0; layer < definition.Layers.Count; layer++)
        {
            if (accumulators[0].Wants(layer))
            {
                units += definition.Layers[layer].Output.Count;
                living += Living(layer);
            }
        }

        bool constant = Enumerable.Range(0, definition.Input.Count)
            .All(pixel => accumulators.Max(each => each._high[pixel]) - accumulators.Min(each => each._low[pixel]) < ConstantWithin);
        double elements = (double)accumulators.Sum(accumulator => accumulator._errors.Count) * definition.Input.Count;
        return new Evaluation(
            accumulators.Sum(accumulator => accumulator._squares) / elements,
            1 - (living / units),
            constant,
            [.. accumulators.SelectMany(accumulator => accumulator._errors)]);

        int Living(int layer)
        {
            float[][] seen = [.. accumulators.Select(accumulator => accumulator._largest[layer]).OfType<float[]>()];
            int stored = accumulators.Max(accumulator => accumulator._storedChannels[layer]),
                channels = Math.Min(stored, definition.Layers[layer].Output.Channels);
            return Enumerable.Range(0, seen[0].Length).Count(i => i % stored < channels && seen.Any(largest => largest[i] > 0));
        }
    }
}
