using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Networks;

/// <summary>A convolutional network's weights as its lanes read them. Packed by nobody while a lane computes.</summary>
internal sealed class PackedWeights
{
    private readonly int _firstPicture; // from this signal on there are the picture's channels: the last transposed convolution's output

    public PackedWeights(NetworkPlan plan, bool trained)
    {
        Plan = plan;
        _firstPicture = 1 + Enumerable.Range(0, plan.Stages.Count).Last(i => plan.Stages[i] is Stage.TransposedConvolution);
        Convolutions = new ConvolutionWeights?[plan.Stages.Count];
        int first = 0;
        for (int i = 0; i < Convolutions.Length; i++)
        {
            Stage stage = plan.Stages[i];
            if (stage is Stage.Convolution or Stage.TransposedConvolution)
            {
                int larger = stage is Stage.Convolution ? i : i + 1; // the signal on the side of the picture
                Convolutions[i] = new ConvolutionWeights(stage, first, StoredChannels(larger), trained && i > 0);
                first += stage.Parameters.Sum(parameter => parameter.Count);
            }
        }

        GradientSource = [.. Convolutions.SelectMany(convolution => convolution?.GradientSource ?? [])];
        Margin = Convolutions.Max(convolution => convolution?.Kernel ?? 0) / 2;
    }

    public NetworkPlan Plan { get; }

    /// <summary>For each stage, null where it has no weights.</summary>
    public ConvolutionWeights?[] Convolutions { get; }

    /// <summary>For each value of a lane's gradients where it stands in the flat vector, or -1.</summary>
    public int[] GradientSource { get; }

    /// <summary>Zero pixels between the rows of a map, as many as a kernel can reach over.</summary>
    public int Margin { get; }

    /// <summary>
    /// Of signal number <paramref name="index"/>, the input of that stage: whole vectors, so that a kernel can write them; but a picture's
    /// own number where it is only read, or where that is one, for which there are kernels of their own.
    /// </summary>
    public int StoredChannels(int index)
    {
        FeatureShape shape = ShapeOf(index);
        bool isPicture = index == 0 || (index >= _firstPicture && shape.Channels == 1);
        return isPicture ? shape.Channels : Map.Padded(shape.Channels);
    }

    public FeatureShape ShapeOf(int index) => index == 0 ? Plan.Input : Plan.Stages[index - 1].Output;

    /// <summary>Room for signal number <paramref name="index"/>. No kernel reaches over the ends of a single-channel picture's rows: it has no margin.</summary>
    public Map MapAt(int index)
    {
        (FeatureShape shape, int stored) = (ShapeOf(index), StoredChannels(index));
        return new Map(shape.Height, shape.Width, stored, margin: stored == 1 ? 0 : Margin);
    }

    /// <summary>Takes over the part-th of <paramref name="parts"/> equal shares of the values.</summary>
    public void Pack(ReadOnlySpan<float> weights, int part = 0, int parts = 1)
    {
        foreach (ConvolutionWeights? convolution in Convolutions)
        {
            convolution?.Pack(weights, part, parts);
        }
    }
}
