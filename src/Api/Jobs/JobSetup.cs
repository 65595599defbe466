using AutoencoderApi.Api.Store;
using Hangfire;
using Hangfire.InMemory;
using Hangfire.PostgreSql;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Jobs;

internal static class JobSetup
{
    private static readonly TimeSpan s_stopWithin = TimeSpan.FromSeconds(8);

    public static void AddJobs(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<TrainingOptions>().BindConfiguration(TrainingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.Configure<HostOptions>(options =>
        {
            options.ShutdownTimeout = s_stopWithin + TimeSpan.FromSeconds(1); // more than Hangfire's own
            options.ServicesStopConcurrently = true; // answers being written and jobs being given back share that time
        });
        services.AddHangfire(hangfire => hangfire.UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings().UseQueue(configuration));
        if (configuration.Role() != ProcessRole.Api)
        {
            services.AddHangfireServer((provider, options) =>
            {
                options.WorkerCount = provider.GetRequiredService<IOptions<TrainingOptions>>().Value.ParallelJobs; // Hangfire's default is 5 × cores
                options.ShutdownTimeout = s_stopWithin;
                options.StopTimeout = s_stopWithin;
            });
        }

        services.AddSingleton<JobQueue>();
        services.AddSingleton<JobRecorder>();
        services.AddTransient<TrainingJobRunner>();
        services.AddHostedService<JobSweep>();
        services.AddSingleton<JobWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<JobWatch>());
        services.AddSingleton<JobEvents>();
        services.AddSingleton<JobCensus>();
        services.AddHostedService<Drain>();
    }

    private static void UseQueue(this IGlobalConfiguration hangfire, IConfiguration configuration)
    {
        if (configuration.Provider() == StoreProvider.Sqlite)
        {
            hangfire.UseInMemoryStorage();
            return;
        }

        // Both settings only save time: a job whose notice is lost, or that is delivered twice, is still run once, by its lease.
        string connection = configuration.PostgresConnection();
        hangfire.UsePostgreSqlStorage(
            postgres => postgres.UseNpgsqlConnection(connection),
            new PostgreSqlStorageOptions { EnableLongPolling = true, UseSlidingInvisibilityTimeout = true, QueuePollInterval = TimeSpan.FromSeconds(2) });
    }
}
