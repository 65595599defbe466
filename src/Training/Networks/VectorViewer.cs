using System.Collections.Concurrent;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Networks;

/// <summary>
/// A trained convolutional network on kernels of our own. A caller borrows a lane while it computes; there are as many as
/// callers were ever in here at once.
/// </summary>
internal sealed class VectorViewer : IViewer
{
    private readonly PackedWeights _weights;
    private readonly ConcurrentBag<Lane> _lanes = [];
    private readonly ConcurrentBag<Lane> _decoders = [];

    public VectorViewer(NetworkPlan plan, float[] weights)
    {
        _weights = new PackedWeights(plan, trained: false);
        _weights.Pack(weights);
    }

    public float[] Look(ReadOnlySpan<float> pictures, int stage)
    {
        (int pixels, FeatureShape shape) = (_weights.Plan.Input.Count, _weights.Plan.Stages[stage].Output);
        float[] outputs = new float[pictures.Length / pixels * shape.Count];
        Lane lane = _lanes.TryTake(out Lane? free) ? free : new Lane(_weights, trained: false);
        for (int i = 0; i < pictures.Length / pixels; i++)
        {
            lane.Read(pictures.Slice(i * pixels, pixels));
            lane.Forward(stage);
            lane.Output(stage).CopyTo(outputs.AsSpan(i * shape.Count, shape.Count), shape);
        }

        _lanes.Add(lane);
        return outputs;
    }

    public float[] Decode(ReadOnlySpan<float> code, ReadOnlySpan<float> picture)
    {
        NetworkPlan plan = _weights.Plan;
        Lane lane = _decoders.TryTake(out Lane? free) ? free : new Lane(_weights, trained: false, decodes: true);
        if (plan.NeedsSwitches)
        {
            lane.Read(picture);
            lane.Forward(plan.CodeIndex);
        }

        lane.Code.CopyFrom(code, plan.CodeShape);
        lane.Forward(plan.Stages.Count - 1, first: plan.CodeIndex + 1);
        float[] decoded = new float[plan.Input.Count];
        lane.CopyReconstructionTo(decoded);
        _decoders.Add(lane);
        return decoded;
    }

    public void Dispose()
    {
        _lanes.Clear();
        _decoders.Clear();
    }
}
