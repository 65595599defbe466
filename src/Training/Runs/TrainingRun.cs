using System.Diagnostics;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Evaluations;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Training.Engines;
using static AutoencoderApi.Training.Runs.TrainingEvent;

namespace AutoencoderApi.Training.Runs;

/// <summary>A run between two of its steps: how far it has come, and what is due there.</summary>
/// <param name="start">The checkpoint that the run goes on from.</param>
/// <param name="session">Disposed of with the run.</param>
/// <param name="isFilmed">Whether the run tells its weights at the steps of <see cref="FilmSchedule"/>.</param>
/// <param name="until">Where the run stops after a checkpoint; null: only where it is asked to.</param>
internal sealed class TrainingRun(
    Dataset dataset,
    Checkpoint start,
    ITrainingSession session,
    BatchLoader batches,
    CollapseDetector collapse,
    bool isFilmed,
    RunPoint? until
) : IDisposable
{
    private const string DivergedAdvice =
        "The loss or the weights are no longer finite numbers. Lower learningRate, raise warmupSteps, or, where startFrom is set, begin "
        + "with other weights.";

    private readonly TrainingSettings _settings = start.Settings;
    private readonly KeyValuePair<string, object?> _architecture = Telemetry.Tag(start.Settings.Architecture);
    private double _lossSum = start.LossSum;
    private int _evaluatedStep = start.EvaluatedStep;
    private Losses _losses = start.Losses;
    private ErrorQuantiles? _errors = start.Errors;
    private int _framedStep = start.Step > 0 ? start.Step : -1; // the checkpoint that the run goes on from is a frame
    private bool _isSaved = until?.Step != start.Step; // this step's state is stored, or comes from the seed

    /// <summary>Steps taken so far.</summary>
    public int Step { get; private set; } = start.Step;

    public bool HasEnded { get; private set; }

    private bool IsLast => Step == _settings.Steps;

    private bool IsThere => Step == until?.Step;

    /// <summary>
    /// The end of a run that had collapsed before its process ended, between its last checkpoint and the job's end: the evaluation that has
    /// judged it is done again. Else null.
    /// </summary>
    public TrainingEvent? FindEarlierCollapse(CancellationToken stop)
    {
        if (_settings.StopOnCollapse && Step >= CollapseDetector.FirstStep && _evaluatedStep == Step
            && session.Evaluate(dataset.Validation, _settings.Noise, stop) is { } validation)
        {
            collapse.Warnings(Step, validation);
        }

        return collapse.Happened ? End(new Collapsed(Step, CollapseDetector.Advice(_settings))) : null;
    }

    /// <summary>A frame of the film where one is due that need not be a checkpoint's.</summary>
    public IEnumerable<TrainingEvent> FrameIfDue()
    {
        if (!isFilmed || !FilmSchedule.Has(Step) || _framedStep == Step)
        {
            yield break;
        }

        _framedStep = Step;
        Checkpoint frame = (start with { Step = Step, Weights = session.ExportWeights() }).ToFrame();
        if (frame.IsFinite) // else the run finds out at its next step
        {
            yield return new Framed(Step, frame);
        }
    }

    public IEnumerable<TrainingEvent> EvaluateIfDue(CancellationToken stop)
    {
        bool isDue = (Step % _settings.EvaluateEvery == 0 || IsLast) && _evaluatedStep < Step;
        if (!isDue || (IsThere && !until!.IsEvaluated) || Evaluate(stop) is not { } measured)
        {
            yield break;
        }

        if (!measured.Losses.AreFinite())
        {
            yield return End(new Diverged(Step, DivergedAdvice));
            yield break;
        }

        (_lossSum, _evaluatedStep, _losses) = (0, Step, measured.Losses);
        _errors = ErrorQuantiles.Of(measured.Validation.Errors);
        _isSaved &= Step == 0; // the checkpoint of a run that was stopped within this evaluation lacks these losses
        yield return new Evaluated(Step, _losses.Train!.Value, measured.Validation.Loss, measured.Validation.DeadUnits);

        foreach (string warning in collapse.Warnings(Step, measured.Validation))
        {
            yield return new Warned(Step, warning);
        }

        if (collapse.Happened && _settings.StopOnCollapse)
        {
            yield return Save();
            yield return End(new Collapsed(Step, CollapseDetector.Advice(_settings)));
        }
    }

    /// <summary>
    /// Saves a checkpoint where one is due or the run is to stop, and ends the run after its last step or where it is to
    /// stop.
    /// </summary>
    public IEnumerable<TrainingEvent> SaveIfDue(CancellationToken stop)
    {
        if (HasEnded)
        {
            yield break;
        }

        bool isStopping = stop.IsCancellationRequested || IsThere, isDue = Step % _settings.CheckpointEvery == 0 || IsLast;
        if (!_isSaved && (isDue || isStopping))
        {
            TrainingEvent saved = Save();
            _isSaved = saved is Checkpointed;
            HasEnded = isDue && !_isSaved;
            // weights that are no numbers any more are not for a stop to judge: the run finds out where it would have
            if (isDue || _isSaved)
            {
                yield return saved;
            }
        }

        if (!HasEnded && (IsLast || isStopping))
        {
            yield return End(_evaluatedStep == _settings.Steps ? new Finished(Step) : new Stopped(Step));
        }
    }

    /// <summary>Takes one step, unless the run is stopped within it.</summary>
    /// <returns>The end of the run where its loss is no longer a number; else null.</returns>
    public TrainingEvent? TakeStep(CancellationToken stop)
    {
        FaultPoints.Pass("step.before");
        long began = Stopwatch.GetTimestamp();
        if (session.Step(batches.At(Step), _settings.LearningRateAt(Step), stop) is not { } batchLoss)
        {
            return null;
        }

        if (!double.IsFinite(batchLoss))
        {
            return End(new Diverged(Step, DivergedAdvice));
        }

        Telemetry.StepDuration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, _architecture);
        _lossSum += batchLoss;
        (Step, _isSaved) = (Step + 1, false);
        FaultPoints.Pass("step.after");
        return null;
    }

    public void Dispose() => session.Dispose();

    private TrainingEvent End(TrainingEvent end)
    {
        HasEnded = true;
        return end;
    }

    /// <returns>Null where the run was stopped within the evaluation: half of one is none.</returns>
    private (Losses Losses, Evaluation Validation)? Evaluate(CancellationToken stop)
    {
        using Activity? span = Telemetry.Spans.StartActivity("evaluate");
        span?.SetTag("job.step", Step);
        FaultPoints.Pass("evaluate.before");
        double? train = Step == 0 ? session.Loss(batches.At(0), stop) : _lossSum / (Step - Math.Max(_evaluatedStep, 0));
        Evaluation? validation = session.Evaluate(dataset.Validation, _settings.Noise, stop);
        double? test = IsLast ? session.Evaluate(dataset.Test, _settings.Noise, stop)?.Loss : null;
        FaultPoints.Pass("evaluate.after");
        return stop.IsCancellationRequested || validation is null ? null : (new Losses(train, validation.Loss, test), validation);
    }

    private TrainingEvent Save()
    {
        (float[] weights, float[] firstMoment, float[] secondMoment, _) = session.Export();
        Checkpoint checkpoint = new Checkpoint(
            _settings, Step, _losses, _evaluatedStep, _lossSum, start.Environment, weights, firstMoment, secondMoment)
        {
            Data = start.Data,
            Errors = _errors,
        };
        return checkpoint.IsFinite ? new Checkpointed(Step, checkpoint) : new Diverged(Step, DivergedAdvice);
    }
}
