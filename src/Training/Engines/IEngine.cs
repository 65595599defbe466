using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Engines;

/// <summary>
/// A library that computes networks. Nothing outside an engine knows where weights live, how a step is cut into slices, or which library
/// runs. Two engines give the same numbers but for the last bits.
/// </summary>
internal interface IEngine
{
    /// <summary>As a checkpoint records it: <c>torchsharp</c> or <c>simd</c>.</summary>
    string Name { get; }

    /// <summary>Whether the engine computes every layer of the network on this CPU.</summary>
    bool Supports(NetworkDefinition definition);

    /// <param name="from">The weights and the optimizer's state to begin with.</param>
    /// <param name="threads">Threads that compute; equal bytes need equal counts.</param>
    ITrainingSession StartTraining(NetworkDefinition definition, NetworkState from, int threads);

    /// <param name="weights">All parameters as one vector, in the order of the definition.</param>
    IInferenceModel Load(NetworkDefinition definition, float[] weights);
}

/// <summary>A network in training with its optimizer, for one thread at a time.</summary>
internal interface ITrainingSession : IDisposable
{
    /// <summary>
    /// One training step: forward, mean squared error, backward, Adam. The token is looked at between parts of the work that take a
    /// fraction of a second at the largest settings; which parts there are depends on the network and the batch alone.
    /// </summary>
    /// <returns>
    /// The batch's loss before the step; null where <paramref name="token"/> was cancelled. Where it is null or no finite number, weights
    /// and optimizer are as before.
    /// </returns>
    double? Step(TrainingBatch batch, double learningRate, CancellationToken token);

    /// <returns>The batch's mean squared error, or null where <paramref name="token"/> was cancelled.</returns>
    double? Loss(TrainingBatch batch, CancellationToken token);

    /// <param name="noise">On the inputs, sampled from <see cref="Noise.EvaluationSeed"/>; the loss is against the clean images.</param>
    /// <returns>The network's evaluation on a whole split, or null where <paramref name="token"/> was cancelled.</returns>
    Evaluation? Evaluate(DatasetSplit split, Noise? noise, CancellationToken token);

    /// <returns>A copy of all parameters as one vector, in the order of the definition.</returns>
    float[] ExportWeights();

    /// <returns>A copy of weights and optimizer state, in the same layout for every engine.</returns>
    NetworkState Export();
}

/// <summary>A trained network, for any number of threads at once.</summary>
internal interface IInferenceModel : IDisposable
{
    /// <param name="images">[B, C, H, W] in [0, 1]</param>
    /// <param name="layer">The number of the layer whose output is wanted; the layers after it are not computed.</param>
    /// <param name="outputs">Gets [B, C, H, W], of that layer.</param>
    void Run(ReadOnlySpan<float> images, int layer, Span<float> outputs);

    /// <param name="image">[C, H, W] in [0, 1]</param>
    /// <returns>Every layer's output in order, [C, H, W] each: the very bits of <see cref="Run"/>.</returns>
    float[][] Activations(ReadOnlySpan<float> image);

    /// <summary>The layers after the code. The code of an image gives the image's reconstruction, to the bit.</summary>
    /// <param name="codes">[B, C, H, W]; of a network that has a switch unpooling one, [C, H, W].</param>
    /// <param name="image">[C, H, W]: its pooling switches are used; read only where the network has a switch unpooling.</param>
    /// <param name="images">Gets [B, C, H, W], of an image each.</param>
    void Decode(ReadOnlySpan<float> codes, ReadOnlySpan<float> image, Span<float> images);
}
