using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query.SqlExpressions;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace AutoencoderApi.Api.Store;

/// <summary>The tables, the same on both databases; each has a context of its own for its migrations and its clock.</summary>
internal abstract class AppDbContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<JobRow> Jobs => Set<JobRow>();

    public IQueryable<JobRow> TrainingJobs => Jobs.Where(job => job.Kind == JobKind.Training);

    public DbSet<EvaluationRow> Evaluations => Set<EvaluationRow>();

    public DbSet<EvaluationFileRow> EvaluationFiles => Set<EvaluationFileRow>();

    public DbSet<DatasetBaselineRow> DatasetBaselines => Set<DatasetBaselineRow>();

    public DbSet<VerificationRow> Verifications => Set<VerificationRow>();

    public DbSet<KeyTurnRow> KeyTurns => Set<KeyTurnRow>();

    public DbSet<ExperimentRow> Experiments => Set<ExperimentRow>();

    public DbSet<MetricRow> Metrics => Set<MetricRow>();

    public DbSet<CheckpointRow> Checkpoints => Set<CheckpointRow>();

    public DbSet<SweepRow> Sweeps => Set<SweepRow>();

    public DbSet<CheckpointFileRow> CheckpointFiles => Set<CheckpointFileRow>();

    public DbSet<FilmFrameRow> FilmFrames => Set<FilmFrameRow>();

    public DbSet<TagRow> Tags => Set<TagRow>();

    public DbSet<IdempotencyRow> IdempotencyKeys => Set<IdempotencyRow>();

    public DbSet<DatasetRow> Datasets => Set<DatasetRow>();

    public DbSet<DatasetChunkRow> DatasetChunks => Set<DatasetChunkRow>();

    public DbSet<DatasetFetchRow> DatasetFetches => Set<DatasetFetchRow>();

    public DbSet<TicketRow> Tickets => Set<TicketRow>();

    /// <summary>The database's clock, read while a statement runs. Only for queries.</summary>
    public static DateTime Now() => throw new InvalidOperationException("This stands for SQL and has no value here.");

    /// <summary>The SQL of <see cref="Now"/>.</summary>
    protected abstract SqlExpression Clock { get; }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDbFunction(() => Now()).HasTranslation(_ => Clock);
        modelBuilder.ApplyConfiguration(new JobRowConfiguration());
        modelBuilder.ApplyConfiguration<EvaluationRow>(new EvaluationRowConfiguration());
        modelBuilder.ApplyConfiguration<EvaluationFileRow>(new EvaluationRowConfiguration());
        modelBuilder.ApplyConfiguration<DatasetBaselineRow>(new EvaluationRowConfiguration());
        modelBuilder.ApplyConfiguration(new VerificationRowConfiguration());
        modelBuilder.ApplyConfiguration(new KeyTurnRowConfiguration());
        modelBuilder.ApplyConfiguration(new ExperimentRowConfiguration());
        modelBuilder.ApplyConfiguration(new MetricRowConfiguration());
        modelBuilder.ApplyConfiguration(new CheckpointRowConfiguration());
        modelBuilder.ApplyConfiguration(new SweepRowConfiguration());
        modelBuilder.ApplyConfiguration(new CheckpointFileRowConfiguration());
        modelBuilder.ApplyConfiguration(new FilmFrameRowConfiguration());
        modelBuilder.ApplyConfiguration(new TagRowConfiguration());
        modelBuilder.ApplyConfiguration(new IdempotencyRowConfiguration());
        modelBuilder.ApplyConfiguration(new DatasetRowConfiguration());
        modelBuilder.ApplyConfiguration(new DatasetChunkRowConfiguration());
        modelBuilder.ApplyConfiguration(new DatasetFetchRowConfiguration());
        modelBuilder.ApplyConfiguration(new TicketRowConfiguration());
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcConverter>();

    /// <summary>All times are UTC; SQLite gives them back without saying so.</summary>
    private sealed class UtcConverter()
        : ValueConverter<DateTime, DateTime>(time => time, time => DateTime.SpecifyKind(time, DateTimeKind.Utc));
}
