using System.Numerics;
using System.Runtime.InteropServices;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Networks;

/// <param name="Loss">Mean squared error over all elements.</param>
/// <param name="DeadUnits">Share, 0..1, of the units of layers with weights that are zero for every picture.</param>
/// <param name="OutputIsConstant">Whether every picture gets the same reconstruction.</param>
internal sealed record Evaluation(double Loss, double DeadUnits, bool OutputIsConstant);

/// <summary>What one thread has seen of a network's answers to many pictures.</summary>
internal sealed class Survey(NetworkPlan plan)
{
    private const float ConstantWithin = 1e-6f;

    private readonly float[]?[] _largest = new float[plan.Stages.Count][]; // by stage: each unit's largest magnitude
    private readonly int[] _storedChannels = new int[plan.Stages.Count];
    private readonly float[] _low = [.. Enumerable.Repeat(float.MaxValue, plan.Input.Count)];
    private readonly float[] _high = [.. Enumerable.Repeat(float.MinValue, plan.Input.Count)];
    private double _squares;
    private long _pictures;

    /// <summary>Whether anyone asks after the units of stage number <paramref name="stage"/>.</summary>
    public bool Wants(int stage) => plan.Stages[stage].Parameters.Count > 0;

    /// <summary>One picture's values from unit <paramref name="first"/> on, of <paramref name="count"/> that are stored in all.</summary>
    /// <param name="storedChannels">Of each pixel; those beyond the stage's own are not units. 1 where the channel comes first.</param>
    public void AddUnits(int stage, ReadOnlySpan<float> values, int first, int count, int storedChannels)
    {
        _storedChannels[stage] = storedChannels;
        Span<float> largest = (_largest[stage] ??= new float[count]).AsSpan(first, values.Length);
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

    public void AddReconstruction(ReadOnlySpan<float> picture, ReadOnlySpan<float> reconstruction)
    {
        _squares += SquaredError.Sum(reconstruction, picture);
        for (int i = 0; i < picture.Length; i++)
        {
            _low[i] = MathF.Min(_low[i], reconstruction[i]);
            _high[i] = MathF.Max(_high[i], reconstruction[i]);
        }

        _pictures++;
    }

    /// <summary>The surveys of all threads as one evaluation.</summary>
    public static Evaluation Conclude(NetworkPlan plan, IReadOnlyList<Survey> surveys)
    {
        double units = 0, living = 0;
        for (int stage = 0; stage < plan.Stages.Count; stage++)
        {
            if (surveys[0].Wants(stage))
            {
                units += plan.Stages[stage].Output.Count;
                living += Living(stage);
            }
        }

        bool constant = Enumerable.Range(0, plan.Input.Count)
            .All(pixel => surveys.Max(survey => survey._high[pixel]) - surveys.Min(survey => survey._low[pixel]) < ConstantWithin);
        double elements = (double)surveys.Sum(survey => survey._pictures) * plan.Input.Count;
        return new Evaluation(surveys.Sum(survey => survey._squares) / elements, 1 - (living / units), constant);

        int Living(int stage)
        {
            float[][] seen = [.. surveys.Select(survey => survey._largest[stage]).OfType<float[]>()];
            int stored = surveys.Max(survey => survey._storedChannels[stage]), channels = Math.Min(stored, plan.Stages[stage].Output.Channels);
            return Enumerable.Range(0, seen[0].Length).Count(i => i % stored < channels && seen.Any(largest => largest[i] > 0));
        }
    }
}
