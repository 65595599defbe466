using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Models;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry;
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

    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        bool isSent = !string.IsNullOrEmpty(configuration[Endpoint]);
        OpenTelemetryBuilder telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("autoencoder-api").AddEnvironmentVariableDetector()) // last, so that OTEL_SERVICE_NAME wins
            .WithMetrics(metrics => metrics
                .AddMeter(JobCensus.MeterName, LoadedModels.MeterName, Measured.Name, "Microsoft.AspNetCore.*", "System.Runtime")
                .AddPrometheusExporter())
            .WithTracing(tracing => Trace(tracing, isSent));
        if (isSent)
        {
            telemetry.UseOtlpExporter();
        }

        services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            json.IncludeScopes = true; // the job's and the trace's ids are in them
            json.UseUtcTimestamp = true;
            json.TimestampFormat ??= "O";
        });
    }

    public static void MapMetrics(this WebApplication app)
    {
        app.Services.GetRequiredService<JobCensus>(); // counts from the first scrape on
        app.MapPrometheusScrapingEndpoint(MetricsPath).RequireAuthorization(Roles.Reader);
    }

    /// <summary>Where nobody is sent any, no span is recorded, and runs have a trace id for their log all the same.</summary>
    private static void Trace(TracerProviderBuilder tracing, bool isSent)
    {
        tracing.AddSource(JobSpans.SourceName, Measured.Name);
        if (isSent)
        {
            tracing.AddAspNetCoreInstrumentation(web => web.Filter = context => context.Request.Path != MetricsPath && !context.Request.Path.StartsWithSegments("/health"));
        }
        else
        {
            tracing.SetSampler(new AlwaysOffSampler());
        }
    }
}
