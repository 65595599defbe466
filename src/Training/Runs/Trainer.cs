using System.Diagnostics;
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
    private const string DivergedAdvice =
        "The loss or the weights are no longer finite numbers. Lower learningRate, raise warmupSteps, or, where startFrom is set, begin with other weights.";

    private readonly TrainingSettings _settings;
    private readonly Dataset _dataset;
    private readonly Checkpoint _start;
    private readonly DataProfile _data;
    private readonly NetworkDefinition _definition;
    private readonly IEngine _engine;
    private volatile int _step;

    /// <param name="start">From <see cref="CreateInitialState"/>, or the checkpoint of a run to resume.</param>
    public Trainer(Dataset dataset, Checkpoint start, EngineKind engine = EngineKind.Auto)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(dataset.Train.Shape, TensorShape.Of(start.Settings.ImageShape));
        (_settings, _dataset, _start, _step) = (start.Settings, dataset, start, start.Step);
        _data = start.Data ?? DataProfile.Of(dataset.Train);
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
        weights ?? WeightInitializer.Initialize(NetworkDefinition.For(settings), settings.Seed),
        FirstMoment: null,
        SecondMoment: null);

    /// <summary>Steps that the search for initial weights may take before the run's first one.</summary>
    public static int MaxTrialSteps(TrainingSettings settings) => InitializationSearch.MaxSteps(settings);

    /// <summary>
    /// Trains to the last step, telling what happens on the way; ends early when <paramref name="stop"/> asks, within a step or an evaluation too, after
    /// a checkpoint of the last whole step. A run that goes on from there does again what was broken off, and so ends as the run that was never stopped.
    /// </summary>
    public IEnumerable<TrainingEvent> Train(CancellationToken stop)
    {
        BatchLoader batches = new BatchLoader(_dataset.Train, _settings.BatchSize, _settings.Seed, _settings.Noise);
        CollapseDetector collapse = new CollapseDetector(_dataset.Validation);
        NetworkState state = NetworkState.Of(_start);
        if (_start.Step == 0 && InitializationSearch.Applies(_settings))
        {
            var search = new InitializationSearch(_settings, _engine, _start.Environment.Threads, batches, collapse.BlackLoss);
            if (search.First(stop) is not { } draw)
            {
                yield return new Stopped(0);
                yield break;
            }

            if (draw > 0)
            {
                state = NetworkState.Initial(WeightInitializer.Initialize(_definition, _settings.Seed, draw));
                yield return new Warned(0, string.Create(
                    CultureInfo.InvariantCulture,
                    $"Random initialisation {draw + 1} is used: those before it led to an all-black output."));
            }
        }

        using ITrainingSession session = _engine.StartTraining(_definition, state, _start.Environment.Threads);
        (int step, double lossSum, int evaluatedStep, Losses losses) = (_start.Step, _start.LossSum, _start.EvaluatedStep, _start.Losses);
        bool saved = true; // this step's state is stored, or comes from the seed
        KeyValuePair<string, object?> architecture = Telemetry.Tag(_settings.Architecture);
        if (WasCollapsed())
        {
            yield return new Collapsed(step, CollapseDetector.Advice(_settings));
            yield break;
        }

        while (true)
        {
            bool last = step == _settings.Steps;
            if ((step % _settings.EvaluateEvery == 0 || last) && evaluatedStep < step && Evaluate(last) is var (measured, validation))
            {
                if (!measured.AreFinite())
                {
                    yield return new Diverged(step, DivergedAdvice);
                    yield break;
                }

                (lossSum, evaluatedStep, losses) = (0, step, measured);
                saved &= step == 0; // the checkpoint of a run that was stopped within this evaluation lacks these losses
                yield return new Evaluated(step, measured.Train!.Value, validation.Loss, validation.DeadUnits);

                foreach (string warning in collapse.Warnings(step, validation))
                {
                    yield return new Warned(step, warning);
                }

                if (collapse.Happened && _settings.StopOnCollapse)
                {
                    yield return Checkpoint();
                    yield return new Collapsed(step, CollapseDetector.Advice(_settings));
                    yield break;
                }
            }

            bool stopping = stop.IsCancellationRequested, due = step % _settings.CheckpointEvery == 0 || last;
            if (!saved && (due || stopping))
            {
                TrainingEvent made = Checkpoint();
                saved = made is Checkpointed;
                if (saved || due) // weights that are no numbers any more are not for a stop to judge: the run finds out where it would have
                {
                    yield return made;
                }

                if (!saved && due)
                {
                    yield break;
                }
            }

            if (last || stopping)
            {
                yield return evaluatedStep == _settings.Steps ? new Finished(step) : new Stopped(step);
                yield break;
            }

            FaultPoints.Pass("step.before");
            long began = Stopwatch.GetTimestamp();
            if (session.Step(batches.At(step), _settings.LearningRateAt(step), stop) is not { } batchLoss)
            {
                continue;
            }

            if (!double.IsFinite(batchLoss))
            {
                yield return new Diverged(step, DivergedAdvice);
                yield break;
            }

            Telemetry.StepDuration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, architecture);
            lossSum += batchLoss;
            (_step, saved) = (++step, false);
            FaultPoints.Pass("step.after");
        }

        (Losses Losses, Evaluation Validation)? Evaluate(bool last)
        {
            using Activity? span = Telemetry.Spans.StartActivity("evaluate");
            span?.SetTag("job.step", step);
            FaultPoints.Pass("evaluate.before");
            double? train = step == 0 ? session.Loss(batches.At(0), stop) : lossSum / (step - Math.Max(evaluatedStep, 0));
            Evaluation? validation = session.Evaluate(_dataset.Validation, _settings.Noise, stop);
            double? test = last ? session.Evaluate(_dataset.Test, _settings.Noise, stop)?.Loss : null;
            FaultPoints.Pass("evaluate.after");
            return stop.IsCancellationRequested || validation is null ? null : (new Losses(train, validation.Loss, test), validation); // half an evaluation is none
        }

        // Where a process ended between the last checkpoint of a collapsed run and the job's end, the evaluation that has judged it is done again.
        bool WasCollapsed()
        {
            if (_settings.StopOnCollapse && step >= CollapseDetector.FirstStep && evaluatedStep == step
                && session.Evaluate(_dataset.Validation, _settings.Noise, stop) is { } validation)
            {
                collapse.Warnings(step, validation);
            }

            return collapse.Happened;
        }

        TrainingEvent Checkpoint()
        {
            (float[] weights, float[] firstMoment, float[] secondMoment, _) = session.Export();
            Checkpoint checkpoint = new Checkpoint(
                _settings, step, losses, evaluatedStep, lossSum, _start.Environment, weights, firstMoment, secondMoment)
            {
                Data = _data,
            };
            return checkpoint.IsFinite ? new Checkpointed(step, checkpoint) : new Diverged(step, DivergedAdvice);
        }
    }
}
