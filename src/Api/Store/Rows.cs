using AutoencoderApi.Api.Experiments;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Store;

/// <summary>A training job. A worker that runs it holds a lease with a fencing number, which stands in the condition of its every write.</summary>
internal sealed class JobRow
{
    public required Guid Id { get; init; }

    public string? Name { get; init; }

    /// <summary>The id of the key that made it; null of jobs made before there were keys.</summary>
    public string? Owner { get; init; }

    public JobStatus Status { get; set; }

    public Architecture Architecture { get; init; }

    public required TrainingSettings Settings { get; init; }

    public int Step { get; set; }

    public double? StepsPerSecond { get; set; }

    public required Losses Losses { get; set; }

    public string[] Warnings { get; set; } = [];

    /// <summary>Times that a worker has begun or gone on with the job.</summary>
    public int Attempt { get; set; }

    public DateTime CreatedAt { get; init; }

    /// <summary>Since when it waits, or when it last began to; null of jobs made before this was kept.</summary>
    public DateTime? QueuedAt { get; init; }

    public DateTime? StartedAt { get; set; }

    public DateTime? EndedAt { get; set; }

    public JobError? Error { get; set; }

    public Guid? LatestCheckpoint { get; set; }

    /// <summary>Raised by every claim; only the worker that knows it may write.</summary>
    public long Fence { get; set; }

    /// <summary>Until when the worker is taken to be alive, by the database's clock; null while no worker has the job.</summary>
    public DateTime? LeaseUntil { get; set; }

    /// <summary>The queue's name for its entry of this job.</summary>
    public string? QueueEntry { get; set; }

    /// <summary>When the sweep looks next whether a queued job's entry is still there; null where it is to look at once.</summary>
    public DateTime? QueueCheckAt { get; set; }

    /// <summary>The built-in data set that the job waits for; null where it waits for nothing but a worker.</summary>
    public string? PendingDataset { get; set; }

    /// <summary>Claims since a worker last got past the step it began at: a job whose start kills its worker is known by them.</summary>
    public int ClaimsSinceStep { get; set; }

    /// <summary>Claims since the newest checkpoint.</summary>
    public int ClaimsSinceCheckpoint { get; set; }

    /// <summary>The step at which a fault last stopped the run; a second fault there ends the job.</summary>
    public int? FaultStep { get; set; }

    /// <summary>The W3C trace context of the call that made it: the parent of its runs, in whichever process.</summary>
    public string? TraceParent { get; init; }

    /// <summary>The experiment that it is a part of, or null.</summary>
    public Guid? ExperimentId { get; init; }

    /// <summary>Raised by every write that a client could see.</summary>
    public long Version { get; set; }
}

/// <summary>Jobs that are made, and looked at, together. Their ids are in the order in which they were asked for.</summary>
internal sealed class ExperimentRow
{
    public required Guid Id { get; init; }

    public string? Name { get; init; }

    public ExperimentPreset? Preset { get; init; }

    /// <summary>The tag that is to name the best checkpoint once all its jobs have ended; null where none is wanted.</summary>
    public string? Tag { get; init; }

    public DateTime CreatedAt { get; init; }

    /// <summary>When the service saw that all its jobs had ended; null before.</summary>
    public DateTime? EndedAt { get; set; }
}

/// <summary>Why a job failed, as a problem.</summary>
/// <param name="Type">A URN that never changes its meaning.</param>
/// <param name="Title">The type in words.</param>
/// <param name="Detail">What happened, and what to do.</param>
internal sealed record JobError(string Type, string Title, string Detail);

/// <summary>One row for all processes: who moves its time forward does the sweep until then.</summary>
internal sealed class SweepRow
{
    public const int OnlyId = 1;

    public int Id { get; init; }

    /// <summary>When the next sweep is due, by the database's clock.</summary>
    public DateTime NextAt { get; set; }
}

/// <summary>The loss of one job at one step.</summary>
internal sealed class MetricRow
{
    public Guid JobId { get; init; }

    public int Step { get; init; }

    public double TrainLoss { get; init; }

    public double ValidationLoss { get; init; }

    public double DeadUnits { get; init; }

    public double ElapsedSeconds { get; init; }

    /// <summary>The job's version that this write made: the point's place among the events of the job.</summary>
    public long Version { get; init; }
}

/// <summary>What is known of a checkpoint without reading its file.</summary>
internal sealed class CheckpointRow
{
    public required Guid Id { get; init; }

    /// <summary>The job that wrote it; null where it was imported.</summary>
    public Guid? JobId { get; init; }

    /// <summary>The name that its importer gave it.</summary>
    public string? Name { get; init; }

    public Architecture Architecture { get; init; }

    public required TrainingSettings Settings { get; init; }

    public int Step { get; init; }

    public required Losses Losses { get; init; }

    /// <summary>Seconds of training up to here, over all attempts.</summary>
    public double ElapsedSeconds { get; init; }

    public int Bytes { get; init; }

    /// <summary>Of the file, in lower-case hexadecimal; checked at each load.</summary>
    public required string Sha256 { get; init; }

    public DateTime CreatedAt { get; init; }

    /// <summary>The job's version that this write made: the checkpoint's place among the events of the job; 0 where it was imported.</summary>
    public long Version { get; set; }

    /// <summary>A name to save a file of this checkpoint by.</summary>
    public string FileName(string ending) => $"{WireFormat.Name(Architecture)}-{Step}-{Id}.{ending}";
}

/// <summary>A name that somebody has given to a checkpoint, which cannot be deleted meanwhile.</summary>
internal sealed class TagRow
{
    public required string Name { get; init; }

    public Guid CheckpointId { get; init; }

    /// <summary>Another one after every move; what a guarded move is compared with.</summary>
    public Guid Revision { get; init; }

    public DateTime MovedAt { get; init; }
}

/// <summary>A checkpoint's safetensors file, apart from its row so that lists never read it.</summary>
internal sealed class CheckpointFileRow
{
    public required Guid CheckpointId { get; init; }

    public required byte[] Content { get; init; }
}

/// <summary>The answer to a request that made something, kept so that a retry under the same key gets it again.</summary>
internal sealed class IdempotencyRow
{
    /// <summary>Who sent the key; empty where callers have no names. Each has keys of its own.</summary>
    public required string Caller { get; init; }

    public required string Key { get; init; }

    /// <summary>Sha256 of the method, the path and the body, in lower-case hexadecimal.</summary>
    public required string Request { get; init; }

    public int Status { get; init; }

    public required string Location { get; init; }

    public required string Body { get; init; }

    public DateTime CreatedAt { get; init; }
}
