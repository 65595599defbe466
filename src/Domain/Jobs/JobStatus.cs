namespace AutoencoderApi.Domain.Jobs;

/// <summary>Status of a training job.</summary>
public enum JobStatus
{
    /// <summary>Waiting for a worker.</summary>
    Queued,

    /// <summary>A worker is training.</summary>
    Running,

    /// <summary>A pause is requested; the worker is stopping after a checkpoint.</summary>
    Pausing,

    /// <summary>Stopped by a request to pause, until a request to resume.</summary>
    Paused,

    /// <summary>Cancellation is requested; the worker is stopping.</summary>
    Cancelling,

    /// <summary>All steps are done.</summary>
    Succeeded,

    /// <summary>Ended by an error, which the job's <c>error</c> describes.</summary>
    Failed,

    /// <summary>Ended by a request to cancel.</summary>
    Cancelled,
}

/// <summary>
/// The closed state machine of a training job: which status may follow which. A terminal status is left only by a request to resume or
/// to extend the job.
/// </summary>
public static class JobStatuses
{
    public static readonly JobStatus[] Terminal = [JobStatus.Succeeded, JobStatus.Failed, JobStatus.Cancelled];

    public static bool IsTerminal(this JobStatus status) => status is JobStatus.Succeeded or JobStatus.Failed or JobStatus.Cancelled;

    public static bool MayBecome(this JobStatus from, JobStatus to) => (from, to) switch
    {
        (JobStatus.Queued, JobStatus.Running or JobStatus.Paused or JobStatus.Cancelled or JobStatus.Failed) => true,
        (JobStatus.Running,
            JobStatus.Queued or JobStatus.Pausing or JobStatus.Cancelling or JobStatus.Succeeded or JobStatus.Failed) => true,
        (JobStatus.Pausing,
            JobStatus.Paused or JobStatus.Running or JobStatus.Cancelling or JobStatus.Succeeded or JobStatus.Failed) => true,
        (JobStatus.Paused, JobStatus.Queued or JobStatus.Cancelled) => true,
        (JobStatus.Cancelling, JobStatus.Cancelled) => true,
        (JobStatus.Cancelled, JobStatus.Queued) => true, // resumed or extended
        (JobStatus.Succeeded, JobStatus.Queued) => true, // extended
        _ => false,
    };

    /// <summary>The statuses from which <paramref name="to"/> may be reached, for a guarded write.</summary>
    public static JobStatus[] Before(JobStatus to) => [.. Enum.GetValues<JobStatus>().Where(from => from.MayBecome(to))];
}
