using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Evaluations;
using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Domain.Checkpoints;

/// <summary>Mean squared errors per element; null where not measured yet.</summary>
/// <param name="Train">Mean over the batches since the evaluation before.</param>
/// <param name="Validation">On the whole validation split.</param>
/// <param name="Test">On the whole test split, measured after the last step.</param>
public sealed record Losses(double? Train, double? Validation, double? Test)
{
    /// <summary>Whether those that were measured are finite numbers.</summary>
    public bool AreFinite() => double.IsFinite(Train ?? 0) && double.IsFinite(Validation ?? 0) && double.IsFinite(Test ?? 0);
}

/// <summary>What equal bytes depend on beside the settings.</summary>
/// <param name="Threads">Threads that computed.</param>
/// <param name="InstructionSet">The widest vector instructions of the CPU, such as <c>avx512</c>.</param>
/// <param name="Engine">The library that computed: <c>simd</c> or <c>torchsharp</c>; null in a file from before it was recorded.</param>
public sealed record ExecutionEnvironment(int Threads, string InstructionSet, string? Engine = null);

/// <summary>A training run after a number of steps: all that is needed to go on as if it had never stopped.</summary>
/// <param name="Step">Steps taken, 0 to <c>Settings.Steps</c>.</param>
/// <param name="Losses">As of the latest evaluation.</param>
/// <param name="EvaluatedStep">The step of the latest evaluation, or -1.</param>
/// <param name="LossSum">Sum of the batch losses since then.</param>
/// <param name="Weights">All parameters as one vector, in the order of the network's definition.</param>
/// <param name="FirstMoment">Adam's running mean of each gradient; null in a file without it.</param>
/// <param name="SecondMoment">Adam's running mean of each squared gradient; null in a file without it.</param>
public sealed record Checkpoint(
    TrainingSettings Settings,
    int Step,
    Losses Losses,
    int EvaluatedStep,
    double LossSum,
    ExecutionEnvironment Environment,
    float[] Weights,
    float[]? FirstMoment,
    float[]? SecondMoment)
{
    /// <summary>What the data look like that the network is trained on; null in a file from before it was recorded.</summary>
    public DataProfile? Data { get; init; }

    /// <summary>
    /// Its errors on validation images as of the latest evaluation; null before it, and in a file from before they were kept.
    /// </summary>
    public ErrorQuantiles? Errors { get; init; }

    /// <summary>
    /// The weights of this step alone, as a frame of a film has them: neither optimizer state nor losses, which are those of the
    /// checkpoints and of the loss curve.
    /// </summary>
    public Checkpoint ToFrame() => this with
    {
        Losses = new Losses(null, null, null),
        EvaluatedStep = -1,
        LossSum = 0,
        FirstMoment = null,
        SecondMoment = null,
        Errors = null,
    };

    /// <summary>
    /// This state as one of a run of <paramref name="settings"/>, which differ from its own in the number of steps and the schedule at
    /// most; null where no such run passes through it: the last step of the shorter run has an evaluation that the longer one has not.
    /// </summary>
    public Checkpoint? Under(TrainingSettings settings) =>
        settings.Steps == Settings.Steps ? this with { Settings = settings }
        : EvaluatedStep > 0 && EvaluatedStep % settings.EvaluateEvery != 0 ? null
        : this with { Settings = settings, Losses = Losses with { Test = null } };

    /// <summary>Whether every loss, weight and moment is a finite number: no other checkpoint is stored, or read back.</summary>
    public bool IsFinite => Losses.AreFinite() && double.IsFinite(LossSum) && Array.TrueForAll(Weights, float.IsFinite)
        && Array.TrueForAll(FirstMoment ?? [], float.IsFinite) && Array.TrueForAll(SecondMoment ?? [], float.IsFinite);
}
