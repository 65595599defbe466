using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Models;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Measured = AutoencoderApi.Training.Telemetry;

namespace AutoencoderApi.Api.Telemetry;

/// <summary>Measurements at <c>/metrics</c>; those and traces also by OTLP where <see cref="Endpoint"/> is set; ids in JSON logs.</summary>
internal static class TelemetrySetup
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string MetricsPath = "/metrics";
    private const int LastSendMilliseconds = 1_000;

    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        bool isSent = configuration.IsSent();
        services.AddOpenTelemetry()
            // last, so that OTEL_SERVICE_NAME wins
            .ConfigureResource(resource => resource.AddService("autoencoder-api").AddEnvironmentVariableDetector())
            .WithMetrics(metrics => Measure(metrics, isSent))
            .WithTracing(tracing => Trace(tracing, isSent));
        services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            json.IncludeScopes = true; // the job's and the trace's ids are in them
            json.UseUtcTimestamp = true;
            json.TimestampFormat ??= "O";
        });
    }

    public static void MapMetrics(this WebApplication app)
    {
        app.Services.GetRequiredService<JobMetrics>(); // counts from the first scrape on
        app.MapPrometheusScrapingEndpoint(MetricsPath).RequireAuthorization(Roles.Reader);
    }

    /// <summary>
    /// Sends what is left once the runs have ended, in a bounded time: by itself the SDK would wait 5 s for spans and then 5 s for
    /// metrics where the collector is silent.
    /// </summary>
    public static void UseLastSend(this WebApplication app)
    {
        if (app.Configuration.IsSent())
        {
            TracerProvider tracers = app.Services.GetRequiredService<TracerProvider>();
            MeterProvider meters = app.Services.GetRequiredService<MeterProvider>();
            app.Lifetime.ApplicationStopped.Register(() =>
                Parallel.Invoke(() => tracers.Shutdown(LastSendMilliseconds), () => meters.Shutdown(LastSendMilliseconds)));
        }
    }

    private static bool IsSent(this IConfiguration configuration) => !string.IsNullOrEmpty(configuration[Endpoint]);

    private static void Measure(MeterProviderBuilder metrics, bool isSent)
    {
        metrics
            .AddMeter(JobMetrics.MeterName, ModelCache.MeterName, Measured.Name, "Microsoft.AspNetCore.*", "System.Runtime")
            .AddPrometheusExporter();
        if (isSent)
        {
            metrics.AddOtlpExporter();
        }
    }

    /// <summary>Where nobody is sent any, no span is recorded, and runs have a trace id for their log all the same.</summary>
    private static void Trace(TracerProviderBuilder tracing, bool isSent)
    {
        tracing.AddSource(JobTracing.SourceName, Measured.Name);
        if (isSent)
        {
            tracing
                .AddAspNetCoreInstrumentation(web =>
                    web.Filter = context => context.Request.Path != MetricsPath && !context.Request.Path.StartsWithSegments("/health"))
                .AddOtlpExporter();
        }
        else
        {
            tracing.SetSampler(new AlwaysOffSampler());
        }
    }
}
