using AutoencoderApi.Api.Images;
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
        services.AddOptions<LimitsOptions>().BindConfiguration(LimitsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<LimitsOptions>>((kestrel, limits) => Bound(kestrel, limits.Value));
        services.AddOptions<JsonOptions>().Configure<IOptions<LimitsOptions>>((json, limits) => json.SerializerOptions.MaxDepth = limits.Value.JsonDepth);
        services.AddOptions<FormOptions>().Configure(form => form.MultipartBodyLengthLimit = long.MaxValue); // the body has its own limit
        services.AddRequestTimeouts();
        services.AddOptions<RequestTimeoutOptions>().Configure<IOptions<LimitsOptions>>((timeouts, limits) => timeouts.DefaultPolicy = RequestTime.Policy(limits.Value));
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<LimitsOptions>>((rates, limits) => RequestRate.Configure(rates, limits.Value));
        services.AddSingleton<FigureBound>();
        services.AddSingleton<JobBounds>();
        services.AddSingleton<QueueBound>();
        services.AddSingleton<EventReaders>();
        services.AddSingleton(provider => PicturesUpTo(provider.GetRequiredService<IOptions<LimitsOptions>>().Value));
    }

    public static void UseLimits(this IApplicationBuilder app)
    {
        app.UseBodyLimits();
        app.UseRequestTimeouts();
    }

    private static PictureLimits PicturesUpTo(LimitsOptions limits) =>
        new() { MaxSide = limits.PictureSide, MaxPixels = limits.PicturePixels, MaxPngPixels = limits.PngPixels, DecodingsAtOnce = limits.DecodingsAtOnce, DecodingBytes = limits.DecodingBytes };

    private static void Bound(KestrelServerOptions kestrel, LimitsOptions limits)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = limits.JsonBytes;
        kestrel.Limits.MaxRequestHeadersTotalSize = HeaderBytes;
        kestrel.Limits.MaxConcurrentConnections = limits.Connections;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(limits.HeaderSeconds);
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(limits.UploadBytesPerSecond, TimeSpan.FromSeconds(limits.UploadGraceSeconds));
    }
}
