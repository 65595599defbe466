using AutoencoderApi.Api.Experiments;
using AutoencoderApi.Domain;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AutoencoderApi.Api.Store;

/// <summary>Jobs that are made, and looked at, together. Their ids are in the order in which they were asked for.</summary>
internal sealed class ExperimentRow
{
    public required Guid Id { get; init; }

    public string? Name { get; init; }

    public ExperimentPreset? Preset { get; init; }

    /// <summary>The tag that is to name the best checkpoint once all its jobs have ended; null where none is wanted.</summary>
    public string? Tag { get; init; }

    /// <summary>Whether the checkpoints of its jobs are to be evaluated once all have ended.</summary>
    public bool Evaluate { get; init; }

    /// <summary>What its maker has written on it: texts <c>key:value</c>.</summary>
    public string[] Metadata { get; init; } = [];

    public DateTime CreatedAt { get; init; }

    /// <summary>When the service saw that all its jobs had ended; null before.</summary>
    public DateTime? EndedAt { get; set; }
}

internal sealed class ExperimentRowConfiguration : IEntityTypeConfiguration<ExperimentRow>
{
    public void Configure(EntityTypeBuilder<ExperimentRow> experiment)
    {
        experiment.ToTable("experiments").HasKey(row => row.Id);
        experiment
            .Property(row => row.Preset)
            .HasConversion(value => JsonConventions.Name(value!.Value), name => JsonConventions.Parse<ExperimentPreset>(name));
        experiment.HasIndex(row => row.EndedAt);
    }
}
