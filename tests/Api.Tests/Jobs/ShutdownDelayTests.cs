using AutoencoderApi.Api.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace AutoencoderApi.Api.Tests.Jobs;

public sealed class ShutdownDelayTests
{
    [Fact]
    public async Task For_half_a_second_calls_are_answered_by_a_process_that_says_that_it_ends()
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        var time = new FakeTimeProvider();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(time).AddHostedService<ShutdownDelay>();
        await using WebApplication app = builder.Build();
        app.MapGet("/", (IHostApplicationLifetime lifetime) => lifetime.ApplicationStopping.IsCancellationRequested ? "ends" : "runs");
        await app.StartAsync(token);
        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
        Assert.Equal("runs", await http.GetStringAsync("/", token));

        Task stopping = app.StopAsync(token);
        Assert.Equal("ends", await http.GetStringAsync("/", token));
        time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.Equal("ends", await http.GetStringAsync("/", token));
        Assert.False(stopping.IsCompleted);

        time.Advance(TimeSpan.FromMilliseconds(1));
        await stopping.WaitAsync(TimeSpan.FromSeconds(60), token);
        await Assert.ThrowsAsync<HttpRequestException>(() => http.GetStringAsync("/", token));
    }
}
