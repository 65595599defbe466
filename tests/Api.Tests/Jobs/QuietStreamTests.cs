using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace AutoencoderApi.Api.Tests.Jobs;

[StartsProcesses]
public sealed class QuietStreamTests
{
    private static readonly TimeSpan s_quiet = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_quiet_stream_is_kept_open_by_a_comment_line_every_15_seconds(bool ofAllJobs)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        await using StoreUnderTest store = await StoreUnderTest.New("sqlite");
        Guid job = await store.AddJob();
        JobLease lease = (await store.Claim(job))!;
        var time = new FakeTimeProvider();
        await using WebApplication app = Host(store, time, job, ofAllJobs);
        await app.StartAsync(token);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        using var reader = new StreamReader(await http.GetStreamAsync("/", token));
        await Lines(reader, line => line.StartsWith("event: progress", StringComparison.Ordinal), token);
        for (int i = 0; i < 2; i++)
        {
            Task<string> next = Lines(reader, line => line == ":", token);
            while (!next.IsCompleted)
            {
                time.Advance(s_quiet / 2); // the timer of the wait may be set a moment later
                await Task.Delay(5, token);
            }

            await next;
        }

        Assert.Equal(JobStatus.Failed, await store.Recorder.EndAsync(lease, JobStatus.Failed, error: null));
        await Lines(reader, line => line == "event: ended", token);
        await app.StopAsync(token);
    }

    private static WebApplication Host(StoreUnderTest store, FakeTimeProvider time, Guid job, bool ofAllJobs)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services
            .AddSingleton<TimeProvider>(time)
            .AddSingleton(store.Stores)
            .AddSingleton(Options.Create(new LimitsOptions()))
            .AddSingleton<SseConnectionLimiter>()
            .AddSingleton<JobChangeNotifier>()
            .AddHostedService(provider => provider.GetRequiredService<JobChangeNotifier>())
            .AddSingleton<JobEvents>()
            .AddSingleton<EventHistory>()
            .AddSingleton<EventFeed>()
            .AddHostedService(provider => provider.GetRequiredService<EventFeed>());
        WebApplication app = builder.Build();
        if (ofAllJobs)
        {
            app.MapGet("/", EventEndpoints.FollowAsync);
        }
        else
        {
            app.MapGet("/", (JobEvents events, HttpResponse response, CancellationToken token) =>
                TypedResults.ServerSentEvents(events.ReadAsync(job, -1, response, token)));
        }

        return app;
    }

    private static async Task<string> Lines(StreamReader reader, Func<string, bool> until, CancellationToken token)
    {
        while (true)
        {
            string? line = await reader.ReadLineAsync(token).AsTask().WaitAsync(TimeSpan.FromSeconds(60), token);
            Assert.NotNull(line);
            if (until(line))
            {
                return line;
            }
        }
    }
}
