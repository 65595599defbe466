using Hangfire;
using Hangfire.InMemory;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Jobs;

internal static class JobSetup
{
    private static readonly TimeSpan s_stopWithin = TimeSpan.FromSeconds(8);

    public static void AddJobs(this IServiceCollection services)
    {
        services.AddOptions<TrainingOptions>().BindConfiguration(TrainingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.Configure<HostOptions>(options => options.ShutdownTimeout = s_stopWithin + TimeSpan.FromSeconds(1)); // more than Hangfire's own
        services.AddHangfire(configuration => configuration.UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings().UseInMemoryStorage());
        services.AddHangfireServer((provider, options) =>
        {
            options.WorkerCount = provider.GetRequiredService<IOptions<TrainingOptions>>().Value.ParallelJobs; // Hangfire's default is 5 × cores
            options.ShutdownTimeout = s_stopWithin;
            options.StopTimeout = s_stopWithin;
        });
        services.AddSingleton<JobQueue>();
        services.AddSingleton<JobRecorder>();
        services.AddTransient<TrainingJobRunner>();
        services.AddHostedService<JobSweep>();
        services.AddSingleton<JobWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<JobWatch>());
        services.AddSingleton<JobEvents>();
    }
}
