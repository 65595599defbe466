using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AutoencoderApi.Api.Store;

/// <summary>
/// A job: a training, or an evaluation, whose step is its progress in percent. A worker that runs it holds a lease with a fencing
/// number, which stands in the condition of its every write.
/// </summary>
/// <remarks>
/// Five numbers keep processes that work on one job from each other's way:
/// <list type="bullet">
/// <item><see cref="Fence"/>: who may write. Each claim raises it, and a write names the number of its claim, so that a worker that was
/// thought dead writes nothing once another has the job.</item>
/// <item><see cref="LeaseUntil"/>: when to think a worker dead. Its heartbeat moves it on, by the clock of the database.</item>
/// <item><see cref="Version"/>: what a client has seen. Entity tags, <c>Prefer: wait</c> and the ids of events are made of it; each write
/// that a client could see raises it.</item>
/// <item><see cref="ClaimsSinceStep"/> and <see cref="ClaimsSinceCheckpoint"/>: how many workers were lost on the way. A job that ends its
/// workers itself, at its start or before its next checkpoint, fails after a few instead of going round for ever.</item>
/// <item><see cref="FaultStep"/>: where an exception stopped the run. The same step twice is no accident.</item>
/// </list>
/// <see cref="Attempt"/> only counts, for people.
/// </remarks>
internal sealed class JobRow
{
    public required Guid Id { get; init; }

    public JobKind Kind { get; init; }

    public string? Name { get; init; }

    /// <summary>The id of the key that made it; empty of jobs made before there were keys. Never null, though its column may be.</summary>
    public string? Owner { get; init; } = "";

    public JobStatus Status { get; set; }

    public Architecture Architecture { get; init; }

    public required TrainingSettings Settings { get; set; }

    /// <summary>The data set of the settings, to find the job by.</summary>
    public required string Dataset { get; init; }

    /// <summary>What its maker has written on it: texts <c>key:value</c>.</summary>
    public string[] Metadata { get; init; } = [];

    /// <summary>The step from which on the schedule is another than before; null where there is but one.</summary>
    public int? RescheduledAt { get; set; }

    /// <summary>Whether frames of its weights are kept. Apart from the settings, which its checkpoints carry.</summary>
    public bool Film { get; init; }

    public int Step { get; set; }

    public double? StepsPerSecond { get; set; }

    public required Losses Losses { get; set; }

    public string[] Warnings { get; set; } = [];

    /// <summary>How often a worker has started or resumed the job.</summary>
    public int Attempt { get; set; }

    public DateTime CreatedAt { get; init; }

    /// <summary>Since when it waits, or when it last began to; null of jobs made before this was kept.</summary>
    public DateTime? QueuedAt { get; set; }

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
    public string? TraceParent { get; set; }

    /// <summary>The experiment that it is a part of, or null.</summary>
    public Guid? ExperimentId { get; init; }

    /// <summary>Raised by every write that a client could see.</summary>
    public long Version { get; set; }
}

internal sealed class JobRowConfiguration : IEntityTypeConfiguration<JobRow>
{
    public void Configure(EntityTypeBuilder<JobRow> job)
    {
        job.ToTable("jobs").HasKey(row => row.Id);
        job.Property(row => row.Status)
            .HasConversion(status => JsonConventions.Name(status), name => JsonConventions.Parse<JobStatus>(name)!.Value);
        job.Property(row => row.Kind)
            .HasConversion(kind => JsonConventions.Name(kind), name => JsonConventions.Parse<JobKind>(name)!.Value)
            .HasDefaultValue(JobKind.Training);
        job.Property(row => row.Architecture)
            .HasConversion(value => JsonConventions.Name(value), name => JsonConventions.Parse<Architecture>(name)!.Value);
        job.Property(row => row.Settings).HasJsonConversion();
        job.ComplexProperty(row => row.Losses);
        job.Property(row => row.Warnings).HasJsonConversion();
        job.Property(row => row.Error).HasJsonConversion();
        job.HasIndex(row => new { row.Status, row.Id });
        job.HasIndex(row => new { row.Architecture, row.Id });
        job.HasIndex(row => new { row.Name, row.Id });
        job.HasIndex(row => new { row.Dataset, row.Id });
        job.HasIndex(row => row.EndedAt);
        job.HasIndex(row => new { row.Status, row.PendingDataset, row.Owner, row.Id });
        job.HasIndex(row => new { row.ExperimentId, row.Id });
        job.HasOne<ExperimentRow>().WithMany().HasForeignKey(row => row.ExperimentId).OnDelete(DeleteBehavior.Cascade);
    }
}
