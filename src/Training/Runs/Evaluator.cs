using System.Runtime.InteropServices;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace AutoencoderApi.Training.Runs;

/// <param name="Loss">Mean squared error over all elements.</param>
/// <param name="DeadUnits">Share, 0..1, of the units of layers with weights that are zero for every picture.</param>
/// <param name="OutputIsConstant">Whether every picture gets the same reconstruction.</param>
internal sealed record Evaluation(double Loss, double DeadUnits, bool OutputIsConstant);

/// <summary>Runs a network over a whole split.</summary>
internal static class Evaluator
{
    private const int ChunkSize = 250;
    private const float ConstantWithin = 1e-6f;

    /// <summary>The evaluation, or null where it was cancelled on the way.</summary>
    public static Evaluation? Evaluate(LibtorchNetwork network, DigitSet set, CancellationToken token)
    {
        using DisposeScope whole = NewDisposeScope();
        using var noGrad = no_grad();
        double sum = 0;
        Tensor? low = null, high = null;
        Dictionary<Stage, Tensor> alive = [];
        for (int first = 0; first < set.Count && !token.IsCancellationRequested; first += ChunkSize)
        {
            using DisposeScope chunk = NewDisposeScope();
            Tensor x = Chunk(set.Slice(first, Math.Min(ChunkSize, set.Count - first))); // [B,1,28,28]
            Tensor y = x;
            foreach ((Stage stage, Tensor output) in network.Activations(x))
            {
                y = output;
                if (stage.Parameters.Count > 0)
                {
                    Keep(alive, stage, output.ne(0).any(0));
                }
            }

            sum += (y - x).square().sum(ScalarType.Float64).item<double>();
            low = Replace(low, y.amin([0]), minimum);
            high = Replace(high, y.amax([0]), maximum);
        }

        if (token.IsCancellationRequested || low is null || high is null)
        {
            return null;
        }

        double units = alive.Values.Sum(mask => (double)mask.numel());
        double living = alive.Values.Sum(mask => (double)mask.sum().item<long>());
        bool constant = (high - low).max().item<float>() < ConstantWithin;
        return new Evaluation(sum / ((double)set.Count * set.PixelsPerImage), 1 - (living / units), constant);
    }

    /// <summary>The mean squared error alone, or null where it was cancelled on the way.</summary>
    public static double? Loss(LibtorchNetwork network, DigitSet set, CancellationToken token)
    {
        using var noGrad = no_grad();
        double sum = 0;
        for (int first = 0; first < set.Count; first += ChunkSize)
        {
            if (token.IsCancellationRequested)
            {
                return null;
            }

            using DisposeScope chunk = NewDisposeScope();
            Tensor x = Chunk(set.Slice(first, Math.Min(ChunkSize, set.Count - first)));
            sum += (network.Forward(x) - x).square().sum(ScalarType.Float64).item<double>();
        }

        return sum / ((double)set.Count * set.PixelsPerImage);
    }

    private static Tensor Chunk(DigitSet set)
    {
        Tensor chunk = empty(set.Count, 1, set.Height, set.Width);
        Span<float> values = MemoryMarshal.Cast<byte, float>(chunk.bytes);
        for (int i = 0; i < set.Count; i++)
        {
            Pixels.ToFloats(set.Image(i), values[(i * set.PixelsPerImage)..]);
        }

        return chunk;
    }

    private static void Keep(Dictionary<Stage, Tensor> alive, Stage stage, Tensor mask) =>
        alive[stage] = Replace(alive.GetValueOrDefault(stage), mask, logical_or);

    private static Tensor Replace(Tensor? before, Tensor now, Func<Tensor, Tensor, Tensor> combine)
    {
        Tensor combined = (before is null ? now : combine(before, now)).MoveToOuterDisposeScope();
        before?.Dispose();
        return combined;
    }
}
