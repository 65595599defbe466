using System.Globalization;
using System.Runtime.InteropServices;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Verifications;

/// <summary>A checkpoint beside the state that training again gave, bit for bit.</summary>
/// <param name="stated">The checkpoint of the file.</param>
/// <param name="measured">The state of the same settings that training again gave, with the optimizer's.</param>
public sealed class CheckpointComparison(Checkpoint stated, Checkpoint measured)
{
    private static readonly string[] s_progress = ["lossSum", "evaluatedStep"]; // towards the next losses

    private readonly NetworkDefinition _definition = NetworkDefinition.For(stated.Settings);

    private bool HasOptimizer => stated.FirstMoment is not null && stated.SecondMoment is not null;

    /// <summary>The measured state, of which a file says as much as the stated one does.</summary>
    private Checkpoint Alike => measured with
    {
        FirstMoment = HasOptimizer ? measured.FirstMoment : stated.FirstMoment,
        SecondMoment = HasOptimizer ? measured.SecondMoment : stated.SecondMoment,
        Data = stated.Data is null ? null : measured.Data,
        Errors = stated.Errors is null ? null : measured.Errors,
    };

    /// <summary>What there is to compare.</summary>
    /// <param name="measuresLosses">Whether the losses were measured again, and not taken over from where training began.</param>
    public VerifiedContent Content(bool measuresLosses)
    {
        int vectors = HasOptimizer ? CheckpointFile.Suffixes.Length : 1;
        return new VerifiedContent(
            vectors * _definition.Parameters.Count,
            vectors * _definition.ParameterCount,
            HasOptimizer,
            measuresLosses ? [.. Stated().Select(number => number.Name).Where(name => !s_progress.Contains(name))] : [],
            CheckpointFile.Write(stated).AsSpan().SequenceEqual(CheckpointFile.Write(Alike)));
    }

    /// <summary>The first tensor that differs, in the order of the file; null where none does.</summary>
    public TensorDifference? FirstDifference()
    {
        (float[]? Stated, float[] Measured)[] vectors =
        [
            (stated.Weights, measured.Weights),
            (HasOptimizer ? stated.FirstMoment : null, measured.FirstMoment ?? []),
            (HasOptimizer ? stated.SecondMoment : null, measured.SecondMoment ?? []),
        ];
        foreach (((float[]? ours, float[] theirs), string suffix) in vectors.Zip(CheckpointFile.Suffixes))
        {
            int offset = 0;
            foreach (Parameter parameter in ours is null ? [] : _definition.Parameters)
            {
                if (Difference(
                        parameter.Name + suffix, ours.AsSpan(offset, parameter.Count), theirs.AsSpan(offset, parameter.Count))
                    is { } difference)
                {
                    return difference;
                }

                offset += parameter.Count;
            }
        }

        return null;
    }

    /// <summary>The losses of the file that are others than the measured ones; of quantiles the first that is.</summary>
    public IReadOnlyList<LossDifference> LossDifferences()
    {
        List<LossDifference> differences =
        [
            .. Stated().Where(number => number.Name != CheckpointHeader.ErrorsField && !AreSame(number.Stated, number.Measured))
                .Select(number => new LossDifference(number.Name, number.Stated, number.Measured)),
        ];
        if (stated.Errors is { } errors)
        {
            IReadOnlyList<float> ours = errors.Values, theirs = measured.Errors?.Values ?? [];
            int at = Enumerable.Range(0, ours.Count).FirstOrDefault(i => i >= theirs.Count || !AreSame(ours[i], theirs[i]), -1);
            if (at >= 0)
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"{CheckpointHeader.ErrorsField}[{at}]");
                differences.Add(new LossDifference(name, ours[at], at < theirs.Count ? theirs[at] : null));
            }
        }

        return differences;
    }

    /// <summary>The numbers that the file states, beside its tensors; a file of weights alone says nothing of the batches since.</summary>
    private IEnumerable<(string Name, double Stated, double? Measured)> Stated()
    {
        (string Name, double? Stated, double? Measured)[] numbers =
        [
            ("train", stated.Losses.Train, measured.Losses.Train),
            ("validation", stated.Losses.Validation, measured.Losses.Validation),
            ("test", stated.Losses.Test, measured.Losses.Test),
            (CheckpointHeader.ErrorsField, stated.Errors?.Median, measured.Errors?.Median),
            ("lossSum", HasOptimizer ? stated.LossSum : null, measured.LossSum),
            ("evaluatedStep", HasOptimizer && stated.EvaluatedStep >= 0 ? stated.EvaluatedStep : null, measured.EvaluatedStep),
        ];
        return numbers.Where(number => number.Stated is not null)
            .Select(number => (number.Name, number.Stated!.Value, number.Measured));
    }

    private static TensorDifference? Difference(string tensor, ReadOnlySpan<float> stated, ReadOnlySpan<float> measured)
    {
        // as bits: -0 is not 0
        ReadOnlySpan<int> ours = MemoryMarshal.Cast<float, int>(stated), theirs = MemoryMarshal.Cast<float, int>(measured);
        int first = ours.CommonPrefixLength(theirs), count = 0;
        for (int i = first; i < ours.Length; i++)
        {
            count += ours[i] == theirs[i] ? 0 : 1;
        }

        return count == 0 ? null : new TensorDifference(tensor, first, stated[first], measured[first], count);
    }

    private static bool AreSame(double stated, double? measured) =>
        measured is { } value && BitConverter.DoubleToInt64Bits(stated) == BitConverter.DoubleToInt64Bits(value);
}
