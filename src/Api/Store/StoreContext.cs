using System.Text.Json;
using AutoencoderApi.Api.Experiments;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Query.SqlExpressions;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace AutoencoderApi.Api.Store;

/// <summary>The tables, the same on both databases; each has a context of its own for its migrations and its clock.</summary>
internal abstract class StoreContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<JobRow> Jobs => Set<JobRow>();

    public DbSet<ExperimentRow> Experiments => Set<ExperimentRow>();

    public DbSet<MetricRow> Metrics => Set<MetricRow>();

    public DbSet<CheckpointRow> Checkpoints => Set<CheckpointRow>();

    public DbSet<SweepRow> Sweeps => Set<SweepRow>();

    public DbSet<CheckpointFileRow> CheckpointFiles => Set<CheckpointFileRow>();

    public DbSet<TagRow> Tags => Set<TagRow>();

    public DbSet<IdempotencyRow> IdempotencyKeys => Set<IdempotencyRow>();

    public DbSet<DatasetRow> Datasets => Set<DatasetRow>();

    public DbSet<DatasetChunkRow> DatasetChunks => Set<DatasetChunkRow>();

    public DbSet<DatasetFetchRow> DatasetFetches => Set<DatasetFetchRow>();

    /// <summary>The database's clock, read while a statement runs. Only for queries.</summary>
    public static DateTime Now() => throw new InvalidOperationException("This stands for SQL and has no value here.");

    /// <summary>The SQL of <see cref="Now"/>.</summary>
    protected abstract SqlExpression Clock { get; }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDbFunction(() => Now()).HasTranslation(_ => Clock);
        modelBuilder.Entity<JobRow>(job =>
        {
            job.ToTable("jobs").HasKey(row => row.Id);
            job.Property(row => row.Status).HasConversion(status => WireFormat.Name(status), name => WireFormat.Parse<JobStatus>(name)!.Value);
            job.Property(row => row.Architecture).HasConversion(value => WireFormat.Name(value), name => WireFormat.Parse<Architecture>(name)!.Value);
            AsJson(job.Property(row => row.Settings));
            job.ComplexProperty(row => row.Losses);
            AsJson(job.Property(row => row.Warnings));
            AsJson(job.Property(row => row.Error));
            job.HasIndex(row => new { row.Status, row.Id });
            job.HasIndex(row => new { row.Architecture, row.Id });
            job.HasIndex(row => new { row.Name, row.Id });
            job.HasIndex(row => new { row.ExperimentId, row.Id });
            job.HasOne<ExperimentRow>().WithMany().HasForeignKey(row => row.ExperimentId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<ExperimentRow>(experiment =>
        {
            experiment.ToTable("experiments").HasKey(row => row.Id);
            experiment.Property(row => row.Preset).HasConversion(value => WireFormat.Name(value!.Value), name => WireFormat.Parse<ExperimentPreset>(name));
            experiment.HasIndex(row => row.EndedAt);
        });
        modelBuilder.Entity<MetricRow>(metric =>
        {
            metric.ToTable("metrics").HasKey(row => new { row.JobId, row.Step });
            metric.HasIndex(row => new { row.JobId, row.Version });
            metric.HasOne<JobRow>().WithMany().HasForeignKey(row => row.JobId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<CheckpointRow>(checkpoint =>
        {
            checkpoint.ToTable("checkpoints").HasKey(row => row.Id);
            checkpoint.Property(row => row.Architecture).HasConversion(value => WireFormat.Name(value), name => WireFormat.Parse<Architecture>(name)!.Value);
            AsJson(checkpoint.Property(row => row.Settings));
            checkpoint.ComplexProperty(row => row.Losses);
            checkpoint.HasOne<JobRow>().WithMany().HasForeignKey(row => row.JobId).OnDelete(DeleteBehavior.Cascade);
            checkpoint.HasIndex(row => new { row.JobId, row.Id });
            checkpoint.HasIndex(row => new { row.JobId, row.Version });
            checkpoint.HasIndex(row => new { row.Architecture, row.Id });
        });
        modelBuilder.Entity<SweepRow>(sweep =>
        {
            sweep.ToTable("sweeps").HasKey(row => row.Id);
            sweep.HasData(new SweepRow { Id = SweepRow.OnlyId, NextAt = DateTime.UnixEpoch });
        });
        modelBuilder.Entity<CheckpointFileRow>(file =>
        {
            file.ToTable("checkpoint_files").HasKey(row => row.CheckpointId);
            file.HasOne<CheckpointRow>().WithOne().HasForeignKey<CheckpointFileRow>(row => row.CheckpointId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<TagRow>(tag =>
        {
            tag.ToTable("tags").HasKey(row => row.Name);
            tag.HasOne<CheckpointRow>().WithMany().HasForeignKey(row => row.CheckpointId).OnDelete(DeleteBehavior.Restrict);
        });
        modelBuilder.Entity<IdempotencyRow>(key =>
        {
            key.ToTable("idempotency_keys").HasKey(row => new { row.Caller, row.Key });
            key.HasIndex(row => row.CreatedAt);
        });
        modelBuilder.Entity<DatasetRow>(dataset =>
        {
            dataset.ToTable("datasets").HasKey(row => row.Id);
            dataset.HasIndex(row => row.Name).IsUnique();
            AsJson(dataset.Property(row => row.Labels));
        });
        modelBuilder.Entity<DatasetChunkRow>(chunk =>
        {
            chunk.ToTable("dataset_chunks").HasKey(row => new { row.DatasetId, row.Number });
            chunk.HasOne<DatasetRow>().WithMany().HasForeignKey(row => row.DatasetId).OnDelete(DeleteBehavior.Cascade);
        });
        modelBuilder.Entity<DatasetFetchRow>(fetch =>
        {
            fetch.ToTable("dataset_fetches").HasKey(row => row.Name);
            fetch.HasData(new DatasetFetchRow { Name = "mnist" }, new DatasetFetchRow { Name = "fashion-mnist" });
        });
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcConverter>();

    private static void AsJson<T>(PropertyBuilder<T> property) => property.HasConversion(
        value => JsonSerializer.Serialize(value, WireFormat.Json),
        json => JsonSerializer.Deserialize<T>(json, WireFormat.Json)!,
        ValueComparer.CreateDefault<T>(favorStructuralComparisons: false));

    /// <summary>All times are UTC; SQLite gives them back without saying so.</summary>
    private sealed class UtcConverter() : ValueConverter<DateTime, DateTime>(time => time, time => DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
