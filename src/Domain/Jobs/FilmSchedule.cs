using System.Numerics;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Jobs;

/// <summary>
/// When a film of learning has a frame: at every checkpoint, and before the first of them at steps 0, 1, 2, 4 and so on, each time twice
/// as many, since a network changes most in its first steps.
/// </summary>
public static class FilmSchedule
{
    /// <summary>The last step with a frame of its own, whether or not there is a checkpoint.</summary>
    public const int LastEarlyStep = 512;

    /// <summary>A network of so many parameters or more is filmed only where its job asks for it.</summary>
    public const int ParametersWithoutFilm = 200_000;

    /// <summary>Whether a run has a frame at that step, beside those of its checkpoints.</summary>
    public static bool Has(int step) => step == 0 || (step <= LastEarlyStep && BitOperations.IsPow2(step));

    /// <summary>Whether a job that does not say is filmed.</summary>
    /// <param name="settings">Within <see cref="TrainingSettingsValidator"/>.</param>
    public static bool IsDefaultFor(TrainingSettings settings) => NetworkDefinition.For(settings).ParameterCount < ParametersWithoutFilm;

    /// <summary>Frames of a run to its last step that no checkpoint has.</summary>
    public static int EarlyFrames(TrainingSettings settings) => Enumerable.Range(0, Math.Min(LastEarlyStep, settings.Steps) + 1)
        .Count(step => Has(step) && (step == 0 || (step % settings.CheckpointEvery != 0 && step != settings.Steps)));
}
