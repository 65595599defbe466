using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Engines;

namespace AutoencoderApi.Training.Runs;

/// <summary>
/// Finds initial weights of <c>switch-unpool</c>, and of networks whose code has few numbers, that learn. With about one sample in five of
/// the former its relus let all layers grow at once in the first steps, the output goes black, and no warm-up helps
/// (docs/decisions/0006-trial-draws.md); of the latter one in twenty ends so. So each sample of a seed is tried on the very steps that the
/// run would take, and the first that escapes black is the run's.
/// </summary>
internal sealed class InitializationSearch(TrainingSettings settings, IEngine engine, int threads, BatchLoader batches, double blackLoss)
{
    private const int MaxTrials = 8;
    private const int TrialSteps = CollapseDetector.FirstStep;
    private const double Learning = 0.5; // of the black image's loss: no run has been seen to come back to black from here
    private const int FewNumbers = 8; // codes of fewer: no other has been seen to collapse
    private const double Memory = 0.9; // of the running mean of the batches' losses

    /// <summary>
    /// Whether a run begins with trials: not where it is over before collapse is judged, nor without a warm-up, which collapses
    /// whatever the draw.
    /// </summary>
    public static bool Applies(TrainingSettings settings) =>
        (Architectures.Of(settings.Architecture).SearchesInitialization || settings.CodeWidth < FewNumbers)
        && settings is { StartFrom: null, WarmupSteps: > 0, Steps: >= TrialSteps };

    /// <summary>Steps of all trials of a run together, at most.</summary>
    public static int MaxSteps(TrainingSettings settings) => Applies(settings) ? MaxTrials * TrialSteps : 0;

    /// <summary>
    /// The number, from 0, of the first sample that does not end black; 0 where all do; null where <paramref name="stop"/>
    /// asked.
    /// </summary>
    public int? First(CancellationToken stop)
    {
        for (int sample = 0; sample < MaxTrials; sample++)
        {
            FaultPoints.Pass("trial.before");
            double loss = LossAfter(WeightInitializer.Initialize(settings, sample), stop);
            FaultPoints.Pass("trial.after");
            if (stop.IsCancellationRequested)
            {
                return null;
            }

            if (!CollapseDetector.IsBlack(loss, blackLoss))
            {
                return sample;
            }
        }

        return 0;
    }

    /// <summary>
    /// The running loss at the trial's end, which comes early for weights that learn, or where <paramref name="stop"/>
    /// asked.
    /// </summary>
    private double LossAfter(float[] weights, CancellationToken stop)
    {
        using ITrainingSession session = engine.StartTraining(NetworkDefinition.For(settings), NetworkState.Initial(weights), threads);
        double loss = double.NaN;
        for (int step = 0; step < TrialSteps && !(loss < Learning * blackLoss); step++)
        {
            if (session.Step(batches.At(step), settings.LearningRateAt(step), stop) is not { } batchLoss)
            {
                break;
            }

            loss = step == 0 ? batchLoss : (Memory * loss) + ((1 - Memory) * batchLoss);
        }

        return loss;
    }
}
