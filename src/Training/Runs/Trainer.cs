using System.Globalization;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Engines;
using static AutoencoderApi.Training.Runs.TrainingEvent;

namespace AutoencoderApi.Training.Runs;

/// <summary>
/// One training run, from a checkpoint on. All of it happens on the thread that enumerates <see cref="Train"/>; only
/// <see cref="Step"/> may be read from others.
/// </summary>
public sealed class Trainer
{
    private readonly TrainingSettings _settings;
    private readonly Dataset _dataset;
    private readonly Checkpoint _start;
    private readonly NetworkDefinition _definition;
    private readonly IEngine _engine;
    private readonly bool _isFilmed;
    private readonly RunPoint? _until;
    private volatile int _step;

    /// <param name="dataset">With images of every label that the settings name.</param>
    /// <param name="start">From <see cref="CreateInitialState"/>, or the checkpoint of a run to resume.</param>
    /// <param name="isFilmed">Whether the frames of a film are told.</param>
    /// <param name="until">Where to end, after a checkpoint of that state; null: after the last step.</param>
    public Trainer(
        Dataset dataset, Checkpoint start, EngineKind engine = EngineKind.Auto, bool isFilmed = false, RunPoint? until = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(dataset.Train.Shape, TensorShape.Of(start.Settings.ImageShape));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(start.Step, until?.Step ?? start.Step);
        (_settings, _step, _isFilmed, _until) = (start.Settings, start.Step, isFilmed, until);
        _dataset = _settings.Labels is { } labels ? dataset.Where(labels) : dataset;
        _start = start with { Data = start.Data ?? DataProfile.Of(_dataset.Train) };
        _definition = NetworkDefinition.For(_settings);
        _engine = EngineSelection.For(_definition, engine);
    }

    /// <summary>Steps taken so far.</summary>
    public int Step => _step;

    /// <summary>What equal bytes depend on here, beside the settings.</summary>
    public static ExecutionEnvironment EnvironmentFor(TrainingSettings settings, int threads, EngineKind engine) =>
        new(threads, InstructionSet.Current, EngineSelection.For(NetworkDefinition.For(settings), engine).Name);

    /// <summary>The checkpoint of a run before its first step, with fresh weights or those of another checkpoint.</summary>
    public static Checkpoint CreateInitialState(
        TrainingSettings settings, int threads, float[]? weights = null, EngineKind engine = EngineKind.Auto) => new(
        settings,
        Step: 0,
        new Losses(null, null, null),
        EvaluatedStep: -1,
        LossSum: 0,
        EnvironmentFor(settings, threads, engine),
        weights ?? WeightInitializer.Initialize(settings),
        FirstMoment: null,
        SecondMoment: null);

    /// <summary>Steps that the search for initial weights may take before the run's first one.</summary>
    public static int MaxTrialSteps(TrainingSettings settings) => InitializationSearch.MaxSteps(settings);

    /// <summary>
    /// Trains to the last step, or to the point that was asked for, telling what happens on the way; ends early when
    /// <paramref name="stop"/> asks, within a step or an evaluation too, after a checkpoint of the last whole step. A run that goes on from
    /// there does again what was broken off, and so ends as the run that was never stopped.
    /// </summary>
    public IEnumerable<TrainingEvent> Train(CancellationToken stop)
    {
        BatchLoader batches = new BatchLoader(_dataset.Train, _settings.BatchSize, _settings.Seed, _settings.Noise);
        CollapseDetector collapse = new CollapseDetector(_dataset.Validation);
        int threads = _start.Environment.Threads;
        bool isSearched = _start.Step == 0 && InitializationSearch.Applies(_settings);
        int? sample = isSearched ? new InitializationSearch(_settings, _engine, threads, batches, collapse.BlackLoss).First(stop) : 0;
        if (sample is null)
        {
            yield return new Stopped(0);
            yield break;
        }

        if (sample > 0)
        {
            yield return new Warned(0, string.Create(
                CultureInfo.InvariantCulture,
                $"Random initialisation {sample + 1} is used: those before it led to an all-black output."));
        }

        ITrainingSession session = _engine.StartTraining(_definition, InitialState(sample.Value), threads);
        using TrainingRun run = new TrainingRun(_dataset, _start, session, batches, collapse, _isFilmed, _until);
        if (run.FindEarlierCollapse(stop) is { } collapsed)
        {
            yield return collapsed;
        }

        while (!run.HasEnded)
        {
            foreach (TrainingEvent happened in run.FrameIfDue().Concat(run.EvaluateIfDue(stop)).Concat(run.SaveIfDue(stop)))
            {
                yield return happened;
            }

            if (!run.HasEnded && run.TakeStep(stop) is { } diverged)
            {
                yield return diverged;
            }

            _step = run.Step;
        }
    }

    private NetworkState InitialState(int sample) => sample == 0
        ? NetworkState.Of(_start)
        : NetworkState.Initial(WeightInitializer.Initialize(_settings, sample));
}
