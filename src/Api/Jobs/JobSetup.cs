using Hangfire;
using Hangfire.AspNetCore;
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
        services.AddSingleton<JobStorage>(new InMemoryStorage()); // this host's own: Hangfire's usual set-up shares a static one between hosts
        services.AddSingleton<JobActivator>(provider => new AspNetCoreJobActivator(provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddHangfire(configuration => configuration.UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings());
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
    }
}
