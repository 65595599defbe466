using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Experiments;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Api.Tags;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using Hangfire;
using Hangfire.InMemory;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace AutoencoderApi.Api.Tests;

/// <summary>A store with its recorder, queue and sweep, and nobody who works on it but the test.</summary>
internal sealed class StoreUnderTest : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
    private readonly ServiceProvider _services;

    private StoreUnderTest(Dictionary<string, string?> settings, bool isLater)
    {
        settings["Store:Folder"] = _folder;
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var services = new ServiceCollection();
        services.AddSingleton(configuration);
        services.AddLogging(logging => logging.AddProvider(Log));
        services.AddSingleton<JobStorage>(Queue);
        services.AddSingleton<TimeProvider>(Time);
        services.AddStore(configuration);
        if (isLater)
        {
            services.ConfigureDbContext<SqliteAppDbContext>(options => options.ReplaceService<IMigrationsAssembly, LaterMigrations>());
            services.ConfigureDbContext<PostgresAppDbContext>(options => options.ReplaceService<IMigrationsAssembly, LaterMigrations>());
        }

        _services = services.BuildServiceProvider();
        Stores = _services.GetRequiredService<IDbContextFactory<AppDbContext>>();
        var lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        Recorder = new JobProgressWriter(
            Stores, new JobChangeNotifier(Stores, TimeProvider.System, lifetime, NullLogger<JobChangeNotifier>.Instance));
        var builtIn = new BuiltInDatasets(Options.Create(new DatasetOptions()), Options.Create(new StoreOptions { Folder = _folder }));
        Jobs = new JobQueue(Stores, builtIn, new BackgroundJobClient(Queue), NullLogger<JobQueue>.Instance);
        Maintenance = new JobMaintenance(
            Stores,
            new ExpiredLeases(NullLogger<ExpiredLeases>.Instance),
            new ExperimentStore(Stores, new TagStore(Stores)),
            new QueueRepair(Jobs, Queue),
            NullLogger<JobMaintenance>.Instance);
    }

    /// <summary>The database, where it is SQLite.</summary>
    public string File => Path.Combine(_folder, "autoencoder.db");

    public InMemoryStorage Queue { get; } = new();

    public IDbContextFactory<AppDbContext> Stores { get; }

    /// <summary>The clock by which deletions are noted.</summary>
    public FakeTimeProvider Time { get; } = new();

    public DeletionInterceptor Deletions => _services.GetRequiredService<DeletionInterceptor>();

    public KeptLog Log { get; } = new();

    public JobProgressWriter Recorder { get; }

    public JobQueue Jobs { get; }

    public JobMaintenance Maintenance { get; }

    /// <param name="before">What an earlier version left in the store.</param>
    /// <param name="connection">Beside the address of the database, such as <c>;Command Timeout=1</c>.</param>
    /// <param name="isLater">Whether the service is of a version to come: <see cref="LaterMigrations"/>.</param>
    public static async Task<StoreUnderTest> New(
        string provider,
        PostgresServer? postgres = null,
        Func<AppDbContext, Task>? before = null,
        string connection = "",
        bool isLater = false)
    {
        var settings = new Dictionary<string, string?> { ["Store:Provider"] = provider };
        if (provider == "postgres")
        {
            settings["ConnectionStrings:Store"] = await postgres!.NewDatabase() + connection;
        }

        var store = new StoreUnderTest(settings, isLater);
        if (before is not null)
        {
            await System.IO.File.Create(store.File).DisposeAsync(); // the service's connections make no file
            await using AppDbContext context = await store.Stores.CreateDbContextAsync();
            await before(context);
        }

        await store.Migrate();
        await store.Jobs.StartAsync(CancellationToken.None);
        return store;
    }

    /// <summary>What the service does at start.</summary>
    public Task Migrate() => _services.MigrateStoreAsync(CancellationToken.None);

    public async Task<Guid> AddJob()
    {
        JobRow job = (await AddJob("synthetic-digits"))!;
        while ((await Row(job.Id)).QueueEntry is null || Jobs.IsAboutToEnqueue(job.Id))
        {
            await Task.Delay(5);
        }

        return job.Id;
    }

    /// <returns>The job; null where its data set has gone.</returns>
    public async Task<JobRow?> AddJob(string dataset)
    {
        JobRow job = JobQueue.NewJob(new PlannedJob(Name: null, TrainingSettings.For(Architecture.Strided, dataset), Film: true), "local");
        await using JobInsertion insertion = await Jobs.BeginAsync([job], CancellationToken.None);
        return
            await insertion.TakeDatasetsAsync(CancellationToken.None) && await insertion.CommitAsync(answer: null, CancellationToken.None)
            ? job
            : null;
    }

    public async Task<JobLease?> Claim(Guid job)
    {
        await using AppDbContext store = await Stores.CreateDbContextAsync();
        JobRow row = await store.Jobs.AsNoTracking().SingleAsync(row => row.Id == job);
        return await JobLease.ClaimAsync(store, row, entry: null, CancellationToken.None);
    }

    public async Task<JobRow> Row(Guid job)
    {
        await using AppDbContext store = await Stores.CreateDbContextAsync();
        return await store.Jobs.AsNoTracking().SingleAsync(row => row.Id == job);
    }

    public async Task<T> Ask<T>(Func<AppDbContext, Task<T>> query)
    {
        await using AppDbContext store = await Stores.CreateDbContextAsync();
        return await query(store);
    }

    /// <summary>Lets the job's lease run out, and every sweep be due.</summary>
    public async Task LoseWorker(Guid job)
    {
        await using AppDbContext store = await Stores.CreateDbContextAsync();
        await store.Jobs.Where(row => row.Id == job).ExecuteUpdateAsync(set => set.SetProperty(row => row.LeaseUntil, DateTime.UnixEpoch));
        await SweepNow();
    }

    public async Task SweepNow()
    {
        await using AppDbContext store = await Stores.CreateDbContextAsync();
        await store.Sweeps.ExecuteUpdateAsync(set => set.SetProperty(row => row.NextAt, DateTime.UtcNow.AddSeconds(-1)));
        await Maintenance.MaintainAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Jobs.StopAsync(CancellationToken.None);
        await _services.DisposeAsync();
        Maintenance.Dispose();
        Jobs.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
