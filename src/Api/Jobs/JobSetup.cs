using System.Globalization;
using AutoencoderApi.Api.Settings;
using AutoencoderApi.Api.Store;
using Hangfire;
using Hangfire.InMemory;
using Hangfire.PostgreSql;
using Microsoft.Extensions.Options;
using Npgsql;

namespace AutoencoderApi.Api.Jobs;

internal static class JobSetup
{
    private static readonly TimeSpan s_stopWithin = TimeSpan.FromSeconds(8);

    public static void AddJobs(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<TrainingOptions>(TrainingOptions.Section);
        services.Configure<HostOptions>(options =>
        {
            options.ShutdownTimeout = s_stopWithin + TimeSpan.FromSeconds(1); // more than Hangfire's own
            options.ServicesStopConcurrently = true; // answers being written and jobs being given back share that time
        });
        services.AddHangfire(hangfire =>
            hangfire
                .UseSimpleAssemblyNameTypeSerializer()
                .UseRecommendedSerializerSettings()
                // the only one there is: nothing to store with each entry
                .UseDefaultCulture(CultureInfo.InvariantCulture, captureDefault: false)
                .UseQueueEntryDetails()
                .UseQueue(configuration));
        if (configuration.Role() != ProcessRole.Api)
        {
            services.AddHangfireServer(
                (provider, options) =>
                {
                    // Hangfire's default is 5 × cores
                    options.WorkerCount = provider.GetRequiredService<IOptions<TrainingOptions>>().Value.ParallelJobs;
                    options.ShutdownTimeout = s_stopWithin;
                    options.StopTimeout = s_stopWithin;
                });
        }

        services.AddSingleton<JobQueue>();
        services.AddHostedService(provider => provider.GetRequiredService<JobQueue>());
        services.AddSingleton<JobResumption>();
        services.AddSingleton<QueuePositions>();
        services.AddSingleton<JobProgressWriter>();
        services.AddTransient<TrainingJobRunner>();
        services.AddSingleton<ExpiredLeases>();
        services.AddSingleton<QueueRepair>();
        services.AddHostedService<JobMaintenance>();
        services.AddSingleton<JobChangeNotifier>();
        services.AddHostedService(provider => provider.GetRequiredService<JobChangeNotifier>());
        services.AddSingleton<JobEvents>();
        services.AddSingleton<EventHistory>();
        services.AddSingleton<EventFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<EventFeed>());
        services.AddSingleton<JobMetrics>();
        services.AddHostedService<ShutdownDelay>();
    }

    private static void UseQueue(this IGlobalConfiguration hangfire, IConfiguration configuration)
    {
        if (configuration.Provider() == StoreProvider.Sqlite)
        {
            hangfire.UseInMemoryStorage();
            return;
        }

        // All of this only saves time: a job whose entry or notice is lost, or that is delivered twice, is still run once, by its row
        // and its lease. So the queue's own writes need not wait for the disk either.
        string connection = NotWaitingForTheDisk(configuration.PostgresConnection());
        hangfire.UsePostgreSqlStorage(
            postgres => postgres.UseNpgsqlConnection(connection),
            new PostgreSqlStorageOptions
            {
                EnableLongPolling = true,
                UseSlidingInvisibilityTimeout = true,
                QueuePollInterval = TimeSpan.FromSeconds(2),
            });
    }

    private static string NotWaitingForTheDisk(string connection)
    {
        var builder = new NpgsqlConnectionStringBuilder(connection);
        builder.Options = $"{builder.Options} -c synchronous_commit=off".Trim();
        return builder.ConnectionString;
    }
}
