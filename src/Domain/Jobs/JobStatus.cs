namespace AutoencoderApi.Domain.Jobs;

/// <summary>Status of a training job.</summary>
public enum JobStatus
{
    /// <summary>Waiting for a worker.</summary>
    Queued,

    /// <summary>A worker is training.</summary>
    Running,

    /// <summary>Cancellation is requested; the worker is stopping.</summary>
    Cancelling,

    /// <summary>All steps are done.</summary>
    Succeeded,

    /// <summary>Ended by an error, which the job's <c>error</c> describes.</summary>
    Failed,

    /// <summary>Ended by a request to cancel.</summary>
    Cancelled,
}

/// <summary>The closed state machine of a training job: which status may follow which.</summary>
public static class JobStatuses
{
    public static readonly JobStatus[] Terminal = [JobStatus.Succeeded, JobStatus.Failed, JobStatus.Cancelled];

    public static bool IsTerminal(this JobStatus status) => status is JobStatus.Succeeded or JobStatus.Failed or JobStatus.Cancelled;

    public static bool MayBecome(this JobStatus from, JobStatus to) => (from, to) switch
    {
        (JobStatus.Queued, JobStatus.Running or JobStatus.Cancelled or JobStatus.Failed) => true,
        (JobStatus.Running, JobStatus.Queued or JobStatus.Cancelling or JobStatus.Succeeded or JobStatus.Failed) => true,
        (JobStatus.Cancelling, JobStatus.Cancelled) => true,
        _ => false,
    };

    /// <summary>The statuses from which <paramref name="to"/> may be reached, for a guarded write.</summary>
    public static JobStatus[] Before(JobStatus to) => [.. Enum.GetValues<JobStatus>().Where(from => from.MayBecome(to))];
}
