using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Networks;

/// <summary>A network in training. Its weights and their gradients are one flat vector each, in the order of its definition.</summary>
internal interface INetwork : IDisposable
{
    NetworkDefinition Definition { get; }

    Span<float> Weights { get; }

    ReadOnlySpan<float> Gradients { get; }

    /// <summary>
    /// Forward, mean squared error, backward: returns the loss and leaves its <see cref="Gradients"/>. The token is looked at between parts of the
    /// work that take a fraction of a second at the largest settings; which parts there are depends on the network and the batch alone.
    /// </summary>
    /// <param name="inputs">[B, C, H, W] in [0, 1]</param>
    /// <param name="targets">What their reconstructions should be, in the same layout.</param>
    /// <returns>The loss, or null where <paramref name="token"/> was cancelled: the gradients are then those of no batch, the weights as before.</returns>
    double? ForwardBackward(float[] inputs, float[] targets, CancellationToken token);

    /// <summary>Calls <paramref name="work"/> with the bounds, from and before, of shares of the flat vectors, which the network's threads do at once.</summary>
    void InPartitions(Action<int, int> work);

    /// <summary>How the network does on a whole split, or null where that was cancelled on the way.</summary>
    /// <param name="noise">On what the network is given, drawn from <see cref="Noise.EvaluationSeed"/>; the loss is against the clean images.</param>
    Evaluation? Evaluate(DatasetSplit set, Noise? noise, CancellationToken token);
}

/// <summary>A network to look at images with, by any number of threads at once.</summary>
internal interface IViewer : IDisposable
{
    /// <param name="images">[B, C, H, W] in [0, 1]</param>
    /// <param name="layer">The number of the layer whose output is wanted.</param>
    /// <returns>[B, C, H, W], of that layer</returns>
    float[] Look(ReadOnlySpan<float> images, int layer);

    /// <summary>The layers after the code, on one code. That of an image gives the image's reconstruction, to the bit.</summary>
    /// <param name="code">[C, H, W]</param>
    /// <param name="image">[C, H, W]: whose pooling an unpooling to switches undoes; read only where the network has one.</param>
    /// <returns>[C, H, W], of an image</returns>
    float[] Decode(ReadOnlySpan<float> code, ReadOnlySpan<float> image);
}
