using System.Diagnostics;
using System.Globalization;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Networks;
using static AutoencoderApi.Training.Runs.TrainingEvent;

namespace AutoencoderApi.Training.Runs;

/// <summary>
/// One training run, from a snapshot on. All of it happens on the thread that enumerates <see cref="Train"/>; only
/// <see cref="Step"/> may be read from others.
/// </summary>
public sealed class Trainer
{
    private readonly TrainingSettings _settings;
    private readonly Dataset _dataset;
    private readonly Snapshot _start;
    private readonly DataProfile _data;
    private volatile int _step;

    /// <param name="start">From <see cref="Begin"/>, or the snapshot of a run to go on with.</param>
    public Trainer(Dataset dataset, Snapshot start)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(dataset.Train.Shape, FeatureShape.Of(start.Settings.PictureShape));
        (_settings, _dataset, _start, _step) = (start.Settings, dataset, start, start.Step);
        _data = start.Data ?? DataProfile.Of(dataset.Train);
    }

    /// <summary>Steps taken so far.</summary>
    public int Step => _step;

    /// <summary>The snapshot of a run before its first step, with fresh weights or those of another checkpoint.</summary>
    public static Snapshot Begin(TrainingSettings settings, int threads, float[]? weights = null) => new(
        settings,
        Step: 0,
        new Losses(null, null, null),
        EvaluatedStep: -1,
        LossSum: 0,
        new Machine(threads, InstructionSet.Current),
        weights ?? Initializer.Draw(NetworkPlan.For(settings), settings.Seed),
        FirstMoment: null,
        SecondMoment: null);

    /// <summary>Trains to the last step, telling what happens on the way; ends early, after a checkpoint, when <paramref name="stop"/> asks.</summary>
    public IEnumerable<TrainingEvent> Train(CancellationToken stop)
    {
        var batches = new Batches(_dataset.Train, _settings.BatchSize, _settings.Seed, _settings.Noise);
        var collapse = new CollapseWatch(_dataset.Validation);
        float[] weights = _start.Weights;
        if (_start.Step == 0 && TrialDraws.Applies(_settings))
        {
            if (new TrialDraws(_settings, _start.Machine.Threads, batches, collapse.BlackLoss).First(stop) is not { } draw)
            {
                yield return new Stopped(0);
                yield break;
            }

            if (draw > 0)
            {
                weights = Initializer.Draw(NetworkPlan.For(_settings), _settings.Seed, draw);
                yield return new Warned(0, string.Create(CultureInfo.InvariantCulture, $"Draw {draw + 1} of the seed's weights is used: those before it ended in a black output when tried."));
            }
        }

        using INetwork network = Engine.Trainable(NetworkPlan.For(_settings), weights, _start.Machine.Threads);
        var adam = new Adam(MomentOf(_start.FirstMoment), MomentOf(_start.SecondMoment));
        (int step, double lossSum, int evaluatedStep, Losses losses) = (_start.Step, _start.LossSum, _start.EvaluatedStep, _start.Losses);
        int savedStep = step;
        KeyValuePair<string, object?> architecture = Telemetry.Tag(_settings.Architecture);

        while (true)
        {
            bool last = step == _settings.Steps;
            if ((step % _settings.EvaluateEvery == 0 || last) && evaluatedStep < step && Evaluate(last) is { } evaluation)
            {
                double trainLoss = step == 0 ? Learn(0) : lossSum / (step - Math.Max(evaluatedStep, 0));
                (lossSum, evaluatedStep, losses) = (0, step, new Losses(trainLoss, evaluation.Validation.Loss, evaluation.Test));
                yield return new Evaluated(step, trainLoss, evaluation.Validation.Loss, evaluation.Validation.DeadUnits);

                foreach (string warning in collapse.Warnings(step, evaluation.Validation))
                {
                    yield return new Warned(step, warning);
                }

                if (collapse.Happened && _settings.StopOnCollapse)
                {
                    yield return new Checkpointed(step, Snap());
                    yield return new Collapsed(step, CollapseWatch.Advice(_settings));
                    yield break;
                }
            }

            bool stopping = stop.IsCancellationRequested;
            if (savedStep < step && (step % _settings.CheckpointEvery == 0 || last || stopping))
            {
                savedStep = step;
                yield return new Checkpointed(step, Snap());
            }

            if (last || stopping)
            {
                yield return evaluatedStep == _settings.Steps ? new Finished(step) : new Stopped(step);
                yield break;
            }

            Milestones.Pass("step.before");
            long began = Stopwatch.GetTimestamp();
            float batchLoss = Learn(step); // forward, mean squared error, backward
            adam.Step(network, step + 1, _settings.LearningRateAt(step));
            Telemetry.StepDuration.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, architecture);
            lossSum += batchLoss;
            _step = ++step;
            Milestones.Pass("step.after");
            if (!float.IsFinite(batchLoss))
            {
                yield return new Diverged(step, "The loss is no longer a finite number. Lower learningRate, or raise warmupSteps.");
                yield break;
            }
        }

        float Learn(int step)
        {
            (float[] inputs, float[] targets) = batches.At(step); // [B,C,H,W], with noise and without
            return network.Learn(inputs, targets);
        }

        (Evaluation Validation, double? Test)? Evaluate(bool last)
        {
            using Activity? span = Telemetry.Spans.StartActivity("evaluate");
            span?.SetTag("job.step", step);
            Evaluation? validation = network.Evaluate(_dataset.Validation, _settings.Noise, stop);
            double? test = last ? network.Evaluate(_dataset.Test, _settings.Noise, stop)?.Loss : null;
            return stop.IsCancellationRequested || validation is null ? null : (validation, test); // half an evaluation is none
        }

        float[] MomentOf(float[]? saved) => (float[]?)saved?.Clone() ?? new float[_start.Weights.Length];

        Snapshot Snap() => new(
            _settings, step, losses, evaluatedStep, lossSum, _start.Machine,
            network.Weights.ToArray(), [.. adam.FirstMoment], [.. adam.SecondMoment])
        {
            Data = _data,
        };
    }
}
