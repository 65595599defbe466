using System.Diagnostics;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Runs;
using BenchmarkDotNet.Attributes;
using Hangfire;
using Hangfire.InMemory;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace AutoencoderApi.RequestBench;

/// <summary>A checkpoint written into SQLite, against the 100 steps between two.</summary>
public class CheckpointCost
{
    private const int Steps = 100;

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-bench-").FullName;
    private TrainingSettings? _settings;
    private Checkpoint? _checkpoint;
    private ServiceProvider? _services;
    private JobProgressWriter? _writer;
    private JobLease? _lease;

    [Params(Architecture.Strided, Architecture.NearestUnpool, Architecture.Dense)]
    public Architecture Architecture { get; set; }

    [GlobalSetup]
    public async Task Begin()
    {
        _settings = TrainingSettings.For(Architecture, TrainedModel.Digits.Name) with
        {
            Steps = Steps,
            EvaluateEvery = 100_000,
            CheckpointEvery = Steps,
        };
        _checkpoint = Train();
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["Store:Folder"] = _folder }).Build();
        _services = Services(configuration).BuildServiceProvider();
        await _services.MigrateStoreAsync(CancellationToken.None);
        IDbContextFactory<AppDbContext> stores = _services.GetRequiredService<IDbContextFactory<AppDbContext>>();
        var lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        _writer = new JobProgressWriter(
            stores, new JobChangeNotifier(stores, TimeProvider.System, lifetime, NullLogger<JobChangeNotifier>.Instance));
        JobQueue queue = _services.GetRequiredService<JobQueue>();
        JobRow job = JobQueue.NewJob(new PlannedJob(Name: null, _settings, Film: false), "local");
        await using (JobInsertion insertion = await queue.BeginAsync([job], CancellationToken.None))
        {
            await insertion.TakeDatasetsAsync(CancellationToken.None);
            await insertion.CommitAsync(answer: null, CancellationToken.None);
        }

        await using AppDbContext store = await stores.CreateDbContextAsync();
        _lease = await JobLease.ClaimAsync(store, job, entry: null, CancellationToken.None);
    }

    [Benchmark(Baseline = true)]
    public int HundredSteps() => Train().Step;

    [Benchmark]
    public async Task WriteCheckpoint()
    {
        _lease!.Renewed(Stopwatch.GetTimestamp());
        Checkpoint copy = _checkpoint! with { Weights = [.. _checkpoint.Weights], FirstMoment = [.. _checkpoint.FirstMoment!] };
        await _writer!.CheckpointedAsync(_lease, copy with { SecondMoment = [.. _checkpoint.SecondMoment!] }, 1, isFilmed: false);
    }

    [GlobalCleanup]
    public async Task End()
    {
        await _services!.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    private Checkpoint Train() => new Trainer(TrainedModel.Digits, Trainer.CreateInitialState(_settings!, threads: 1))
        .Train(CancellationToken.None).OfType<TrainingEvent.Checkpointed>().Last().Checkpoint;

    private static ServiceCollection Services(IConfiguration configuration)
    {
        var services = new ServiceCollection();
        services
            .AddSingleton(configuration)
            .AddSingleton(TimeProvider.System)
            .AddLogging()
            .AddSingleton<BuiltInDatasets>()
            .AddSingleton<JobQueue>();
        services.AddSingleton<IBackgroundJobClient>(new BackgroundJobClient(new InMemoryStorage()));
        services.AddStore(configuration);
        return services;
    }
}
