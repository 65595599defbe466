using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Networks;

/// <summary>
/// A dense network in training, on matrix products of our own. Each thread computes its share of every layer's units for the
/// whole batch and no sum is split between threads: any thread count gives the same bits.
/// </summary>
internal sealed class DenseNetwork : INetwork
{
    private const int SurveyedAtOnce = 64; // pictures

    private readonly AlignedFloats _weights;
    private readonly AlignedFloats _gradients;
    private readonly Team _team;
    private DensePass? _pass;

    public DenseNetwork(NetworkPlan plan, float[] weights, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, plan.ParameterCount);
        Plan = plan;
        (_weights, _gradients) = (new AlignedFloats(weights.Length + Tile.Lanes), new AlignedFloats(weights.Length)); // the products read past the weights' end
        weights.CopyTo(_weights.Span);
        _team = new Team(threads);
    }

    public NetworkPlan Plan { get; }

    public Span<float> Weights => _weights.Span[..Plan.ParameterCount];

    public ReadOnlySpan<float> Gradients => _gradients.Span;

    public double? Learn(float[] inputs, float[] targets, CancellationToken token)
    {
        int size = Plan.Input.Count, count = inputs.Length / size;
        DensePass pass = _pass = _pass?.Capacity >= count ? _pass : new DensePass(Plan, _weights, _gradients, count);
        double[] squares = new double[count];
        _team.Do(part => Each(part, row => inputs.AsSpan(row * size, size).CopyTo(pass.Input(row))));
        foreach (LinearLayer layer in pass.Layers)
        {
            _team.Do(part => layer.Forward(count, part, _team.Size, token));
        }

        _team.Do(part => Each(part, row => squares[row] = pass.Compare(targets.AsSpan(row * size, size), row, 2f / targets.Length))); // the slope of the mean of squares is 2 / count times the error
        foreach (LinearLayer layer in pass.Layers.Reverse())
        {
            _team.Do(part => layer.Backward(count, part, _team.Size, token));
        }

        return token.IsCancellationRequested ? null : squares.Sum() / targets.Length;

        void Each(int part, Action<int> work)
        {
            (int first, int end) = Share.Of(count, part, _team.Size);
            for (int row = first; row < end; row++)
            {
                work(row);
            }
        }
    }

    public void InShares(Action<int, int> work) => _team.InShares(Plan.ParameterCount, work);

    public Evaluation? Evaluate(DigitSet set, Noise? noise, CancellationToken token)
    {
        Survey[] surveys = [.. Enumerable.Range(0, _team.Size).Select(_ => new Survey(Plan))];
        _team.Do(part => SurveyShare(part, set, noise, surveys[part], token));
        return token.IsCancellationRequested ? null : Survey.Conclude(Plan, surveys);
    }

    public void Dispose() => _team.Dispose();

    private void SurveyShare(int part, DigitSet set, Noise? noise, Survey survey, CancellationToken token)
    {
        var pass = new DensePass(Plan, _weights, gradients: null, SurveyedAtOnce);
        float[] clean = new float[Plan.Input.Count];
        (int first, int end) = Share.Of(set.Count, part, _team.Size);
        for (; first < end && !token.IsCancellationRequested; first += SurveyedAtOnce)
        {
            int count = Math.Min(SurveyedAtOnce, end - first);
            for (int row = 0; row < count; row++)
            {
                Pixels.ToFloats(set.Image(first + row), pass.Input(row));
                Pixels.Disturb(pass.Input(row), pass.Input(row), noise, Noise.EvaluationSeed, first + row);
            }

            foreach (LinearLayer layer in pass.Layers)
            {
                layer.Forward(count, part: 0, parts: 1, token);
            }

            for (int row = 0; row < count; row++)
            {
                Pixels.ToFloats(set.Image(first + row), clean);
                survey.AddReconstruction(clean, pass.Output(Plan.Stages.Count - 1, row));
                for (int stage = 0; stage < Plan.Stages.Count; stage++)
                {
                    survey.AddUnits(stage, pass.Output(stage, row), 0, Plan.Stages[stage].Output.Count, storedChannels: 1);
                }
            }
        }
    }
}
