namespace AutoencoderApi.Domain.Jobs;

/// <summary>Where a training job stands.</summary>
public enum JobStatus
{
    /// <summary>Waits for a worker.</summary>
    Queued,

    /// <summary>A worker trains it.</summary>
    Running,

    /// <summary>Its worker has been told to stop.</summary>
    Cancelling,

    /// <summary>All its steps are done.</summary>
    Succeeded,

    /// <summary>Ended before its last step; the job's error says why.</summary>
    Failed,

    /// <summary>Ended because somebody asked for it.</summary>
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
