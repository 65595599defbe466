using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Settings;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Limits;

/// <summary>Gives each limit to what keeps it.</summary>
internal static class LimitsSetup
{
    private const int HeaderBytes = 16_384;

    public static void AddLimits(this IServiceCollection services)
    {
        services.AddSettings<LimitsOptions>(LimitsOptions.Section);
        services.AddSingleton<ConnectionBound>();
        services
            .AddOptions<KestrelServerOptions>()
            .Configure<IOptions<LimitsOptions>, ConnectionBound>(
                (kestrel, limits, connections) => Bound(kestrel, limits.Value, connections));
        services
            .AddOptions<JsonOptions>()
            .Configure<IOptions<LimitsOptions>>((json, limits) => json.SerializerOptions.MaxDepth = limits.Value.JsonDepth);
        services.AddOptions<FormOptions>().Configure(form => form.MultipartBodyLengthLimit = long.MaxValue); // the body has its own limit
        services.AddRequestTimeouts();
        services
            .AddOptions<RequestTimeoutOptions>()
            .Configure<IOptions<LimitsOptions>>((timeouts, limits) => timeouts.DefaultPolicy = RequestTime.Policy(limits.Value));
        services.AddRateLimiter(_ => { });
        services
            .AddOptions<RateLimiterOptions>()
            .Configure<IOptions<LimitsOptions>>((rates, limits) => RateLimiting.Configure(rates, limits.Value));
        services.AddSingleton<MemoryBudget>(provider => new MemoryBudget(provider.GetRequiredService<IOptions<LimitsOptions>>()));
        services.AddSingleton<FigureSizeLimit>();
        services.AddSingleton<JobLimits>();
        services.AddSingleton<QueueLimiter>();
        services.AddSingleton<StorageBound>();
        services.AddSingleton<SseConnectionLimiter>();
        services.AddSingleton(provider => ImagesUpTo(provider.GetRequiredService<IOptions<LimitsOptions>>().Value));
    }

    public static void UseLimits(this IApplicationBuilder app)
    {
        app.UseBodyLimits();
        app.UseRequestTimeouts();
    }

    /// <summary>Declares the problems of a request that comes too often, takes too long, or whose body is too large or too slow.</summary>
    public static TBuilder WithLimits<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder => endpoints.ProducesProblems(metadata =>
        [
            ProblemType.TooManyRequests,
            .. metadata.OfType<DisableRequestTimeoutAttribute>().Any() ? [] : (ProblemType[])[ProblemType.Timeout],
            .. metadata.ReadsBody() ? (ProblemType[])[ProblemType.TooSlow, ProblemType.TooLarge] : [],
        ]);

    private static ImageLimits ImagesUpTo(LimitsOptions limits) =>
        new()
        {
            MaxSide = limits.PictureSide,
            MaxPixels = limits.PicturePixels,
            MaxPngPixels = limits.PngPixels,
            DecodingsAtOnce = limits.DecodingsAtOnce,
            DecodingBytes = limits.DecodingBytes,
        };

    /// <summary>Tells a connection when it answers requests, and whether their callers have a key.</summary>
    public static void UseConnectionBound(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        OpenConnection? connection = context.Features.Get<OpenConnection>();
        connection?.BeginRequest();
        try
        {
            await next(context);
        }
        finally
        {
            connection?.EndRequest(isKnown: context.User.Id() is not null);
        }
    });

    private static void Bound(KestrelServerOptions kestrel, LimitsOptions limits, ConnectionBound connections)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = limits.JsonBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = HeaderBytes;
        kestrel.ConfigureEndpointDefaults(endpoint => // the last call of it holds alone
        {
            endpoint.Use(next => connection => connections.HandleAsync(connection, next));
            endpoint.UseRejectionProblems();
        });
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(limits.HeaderSeconds);
        kestrel.Limits.MinResponseDataRate = new MinDataRate(
            limits.DownloadBytesPerSecond,
            TimeSpan.FromSeconds(limits.UploadGraceSeconds));
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(
            limits.UploadBytesPerSecond,
            TimeSpan.FromSeconds(limits.UploadGraceSeconds));
    }
}
