using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Engines;

/// <summary>The order of a training step, the same for every engine.</summary>
internal abstract class TrainingSession(NetworkDefinition definition, int step) : ITrainingSession
{
    private int _step = step;

    /// <summary>All parameters as one vector, in the order of the definition.</summary>
    public abstract ReadOnlySpan<float> Weights { get; }

    /// <summary>Of the last <see cref="ForwardBackward"/>, in the same order.</summary>
    public abstract ReadOnlySpan<float> Gradients { get; }

    protected NetworkDefinition Definition => definition;

    public double? Step(TrainingBatch batch, double learningRate, CancellationToken token)
    {
        double? loss = ForwardBackward(batch, token);
        if (loss is { } value && double.IsFinite(value))
        {
            UpdateWeights(++_step, learningRate);
        }

        return loss;
    }

    public double? Loss(TrainingBatch batch, CancellationToken token) => ForwardBackward(batch, token);

    public float[] ExportWeights() => Weights.ToArray();

    public NetworkState Export()
    {
        (float[] firstMoment, float[] secondMoment) = CopyMoments();
        return new NetworkState(Weights.ToArray(), firstMoment, secondMoment, _step);
    }

    /// <summary>Forward, mean squared error, backward: leaves the batch's <see cref="Gradients"/>.</summary>
    /// <returns>The loss, or null where <paramref name="token"/> was cancelled: the gradients then mean nothing.</returns>
    public abstract double? ForwardBackward(TrainingBatch batch, CancellationToken token);

    public abstract Evaluation? Evaluate(DatasetSplit split, Noise? noise, CancellationToken token);

    public abstract void Dispose();

    /// <summary>The optimizer's step along the gradients.</summary>
    /// <param name="step">The number of this step, from 1.</param>
    protected abstract void UpdateWeights(int step, double learningRate);

    protected abstract (float[] First, float[] Second) CopyMoments();
}
