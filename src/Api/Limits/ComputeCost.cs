using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Api.Limits;

/// <summary>Floating-point operations of a job by their purpose, in 10^12: an upper bound, known before the job is taken.</summary>
/// <param name="Training">Forward and backward over all batches.</param>
/// <param name="Evaluation">Forward over the validation split at each evaluation, and once over the test split.</param>
/// <param name="Trials">The steps of an initialisation search, if every initialisation must be tried to the end.</param>
internal sealed record ComputeCost(double Training, double Evaluation, double Trials)
{
    public double Teraflop => Training + Evaluation + Trials;

    public static ComputeCost Of(TrainingSettings settings, DatasetSize dataset)
    {
        double image = 1e-12 * NetworkDefinition.For(settings).TrainingFlop;
        double evaluated = ((double)dataset.Validation * EvaluationsOf(settings)) + dataset.Test;
        return new ComputeCost(
            image * settings.BatchSize * settings.Steps,
            image / 3 * evaluated, // of the three passes the forward one
            image * settings.BatchSize * Trainer.MaxTrialSteps(settings));
    }

    /// <summary>Before the first step, every so many steps, and after the last one.</summary>
    public static int EvaluationsOf(TrainingSettings settings) => 1 + Parts(settings.Steps, settings.EvaluateEvery);

    /// <summary>Every so many steps, and after the last one.</summary>
    public static int Parts(int steps, int every) => (steps + every - 1) / every;
}
