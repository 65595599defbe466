using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Networks;

/// <summary>A convolutional network in training, on kernels of our own: each thread takes a fixed share of a batch's pictures.</summary>
internal sealed class VectorNetwork : IDisposable
{
    private readonly float[] _weights;
    private readonly float[] _gradients;
    private readonly PackedWeights _packed;
    private readonly Lane[] _lanes;
    private readonly int[] _gradientPlaces; // where in a lane's gradients each parameter's stands
    private readonly double[] _sums;
    private readonly Team _team;

    public VectorNetwork(NetworkPlan plan, float[] weights, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, plan.ParameterCount);
        Plan = plan;
        (_weights, _gradients, _sums) = ([.. weights], new float[weights.Length], new double[threads]);
        _packed = new PackedWeights(plan, trained: true);
        _lanes = [.. Enumerable.Range(0, threads).Select(_ => new Lane(_packed, trained: true))];
        _gradientPlaces = new int[weights.Length];
        for (int i = 0; i < _packed.GradientSource.Length; i++)
        {
            if (_packed.GradientSource[i] >= 0)
            {
                _gradientPlaces[_packed.GradientSource[i]] = i;
            }
        }

        _team = new Team(threads);
    }

    public NetworkPlan Plan { get; }

    public Span<float> Weights => _weights;

    public Span<float> Gradients => _gradients;

    /// <summary>Forward, mean squared error and backward: returns the loss, and leaves its gradients.</summary>
    public float LossAndGradients(float[] pictures)
    {
        int pixels = Plan.Input.Count, count = pictures.Length / pixels, threads = _team.Size;
        _team.Do(part => _packed.Pack(_weights, part, threads));
        _team.Do(part =>
        {
            Lane lane = _lanes[part];
            lane.Gradients.Span.Clear();
            double sum = 0;
            for (int i = count * part / threads; i < count * (part + 1) / threads; i++)
            {
                pictures.AsSpan(i * pixels, pixels).CopyTo(lane.Picture);
                sum += lane.Learn(2f / pictures.Length);
            }

            _sums[part] = sum;
        });
        _team.Do(part => GatherGradients(_weights.Length * part / threads, _weights.Length * (part + 1) / threads));
        return (float)(_sums.Sum() / pictures.Length);
    }

    public void Dispose() => _team.Dispose();

    private void GatherGradients(int from, int to)
    {
        for (int i = from; i < to; i++)
        {
            float sum = 0;
            foreach (Lane lane in _lanes)
            {
                sum += lane.Gradients.Span[_gradientPlaces[i]];
            }

            _gradients[i] = sum;
        }
    }
}
