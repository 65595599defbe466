using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Api.Jobs;

/// <summary>Why a job may end as failed.</summary>
internal static class JobErrors
{
    public static JobError DatasetUnavailable(string reason) =>
        new(ProblemType.DatasetUnavailable.Urn, ProblemType.DatasetUnavailable.Title, reason);

    public static JobError StartFromGone(Guid checkpoint) => new(
        ProblemType.CheckpointNotFound.Urn,
        "The checkpoint to start from is gone",
        $"Checkpoint {checkpoint} is no longer there, or damaged. Start from another.");

    public static JobError CheckpointGone(Guid checkpoint) => new(
        ProblemType.CheckpointNotFound.Urn,
        "The checkpoint to evaluate is gone",
        $"Checkpoint {checkpoint} was deleted before its evaluation had ended. Evaluate another.");

    public static JobError VerifiedCheckpointGone(Guid checkpoint) => new(
        ProblemType.CheckpointNotFound.Urn,
        "The checkpoint to verify is gone",
        $"Checkpoint {checkpoint} was deleted before its verification had ended. Verify another.");

    public static JobError CheckpointDamaged(string damage) =>
        new(ProblemType.CheckpointDamaged.Urn, ProblemType.CheckpointDamaged.Title, damage);

    public static JobError Collapsed(TrainingEvent.Collapsed e) => new(
        ProblemType.UrnPrefix + "collapsed",
        "The network collapsed",
        $"At step {e.Step} the output had become independent of the image. {e.Advice}");

    public static JobError WorkerLost(string when) => new(
        ProblemType.UrnPrefix + "worker-lost",
        "The job's workers were lost",
        $"The process that ran the job ended, or was cut off, {when}. See the workers' log and memory, then POST the job again.");

    public static JobError Internal(Exception e) => new(
        ProblemType.InternalError.Urn,
        ProblemType.InternalError.Title,
        $"{e.GetType().Name}: {e.Message} The log has the details.");

    public static JobError Diverged(TrainingEvent.Diverged e) =>
        new(ProblemType.UrnPrefix + "diverged", "The training diverged", $"At step {e.Step}: {e.Advice}");
}
