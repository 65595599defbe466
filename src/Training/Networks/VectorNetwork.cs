using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Networks;

/// <summary>
/// A convolutional network in training, on kernels of our own. Each thread takes a fixed share of a batch's pictures through
/// a lane of its own, and the lanes' gradients are added in a fixed order: the same thread count gives the same bits.
/// </summary>
internal sealed class VectorNetwork : INetwork
{
    private readonly float[] _weights;
    private readonly float[] _gradients;
    private readonly PackedWeights _packed;
    private readonly Lane[] _lanes;
    private readonly int[] _places; // where in a lane's gradients each parameter's stands
    private readonly Team _team;

    public VectorNetwork(NetworkPlan plan, float[] weights, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, plan.ParameterCount);
        Plan = plan;
        (_weights, _gradients, _places) = ([.. weights], new float[weights.Length], new int[weights.Length]);
        _packed = new PackedWeights(plan, trained: true);
        _lanes = [.. Enumerable.Range(0, threads).Select(_ => new Lane(_packed, trained: true))];
        foreach ((int place, int parameter) in _packed.GradientSource.Index().Where(pair => pair.Item >= 0))
        {
            _places[parameter] = place;
        }

        _team = new Team(threads);
    }

    public NetworkPlan Plan { get; }

    public Span<float> Weights => _weights;

    public ReadOnlySpan<float> Gradients => _gradients;

    public double? Learn(float[] inputs, float[] targets, CancellationToken token)
    {
        double[] squares = new double[_team.Size];
        _team.Do(part => _packed.Pack(_weights, part, _team.Size));
        _team.Do(part => squares[part] = LearnShare(part, inputs, targets, token));
        _team.Do(AddGradients);
        return token.IsCancellationRequested ? null : squares.Sum() / targets.Length;
    }

    public void InShares(Action<int, int> work) => _team.InShares(_weights.Length, work);

    public Evaluation? Evaluate(DigitSet set, Noise? noise, CancellationToken token)
    {
        Survey[] surveys = [.. _lanes.Select(_ => new Survey(Plan))];
        _packed.Pack(_weights);
        _team.Do(part => SurveyShare(part, set, noise, surveys[part], token));
        return token.IsCancellationRequested ? null : Survey.Conclude(Plan, surveys);
    }

    public void Dispose() => _team.Dispose();

    private double LearnShare(int part, float[] inputs, float[] targets, CancellationToken token)
    {
        Lane lane = _lanes[part];
        lane.Gradients.Span.Clear();
        double squares = 0;
        int size = Plan.Input.Count;
        (int first, int end) = Share.Of(inputs.Length / size, part, _team.Size);
        for (int i = first; i < end && !token.IsCancellationRequested; i++)
        {
            lane.Read(inputs.AsSpan(i * size, size));
            squares += lane.Learn(targets.AsSpan(i * size, size), 2f / targets.Length, token); // the slope of the mean of squares is 2 / count times the error
        }

        return squares;
    }

    private void AddGradients(int part)
    {
        (int first, int end) = Share.Of(_gradients.Length, part, _team.Size);
        for (int i = first; i < end; i++)
        {
            float sum = 0;
            foreach (Lane lane in _lanes)
            {
                sum += lane.Gradients.Span[_places[i]];
            }

            _gradients[i] = sum;
        }
    }

    private void SurveyShare(int part, DigitSet set, Noise? noise, Survey survey, CancellationToken token)
    {
        Lane lane = _lanes[part];
        float[] clean = new float[Plan.Input.Count], input = noise is null ? clean : new float[clean.Length], reconstruction = new float[clean.Length];
        (int first, int end) = Share.Of(set.Count, part, _team.Size);
        for (int i = first; i < end && !token.IsCancellationRequested; i++)
        {
            Pixels.ToFloats(set.Image(i), clean);
            Pixels.Disturb(clean, input, noise, Noise.EvaluationSeed, i);
            lane.Read(input);
            lane.Forward(Plan.Stages.Count - 1, token: token);
            lane.CopyReconstructionTo(reconstruction);
            survey.AddReconstruction(clean, reconstruction);
            for (int stage = 0; stage < Plan.Stages.Count; stage++)
            {
                if (survey.Wants(stage))
                {
                    AddUnits(survey, stage, lane.Output(stage));
                }
            }
        }
    }

    private static void AddUnits(Survey survey, int stage, Map map)
    {
        int rowLength = map.Width * map.Channels;
        for (int row = 0; row < map.Height; row++)
        {
            survey.AddUnits(stage, map.Row(row), row * rowLength, map.Height * rowLength, map.Channels);
        }
    }
}
