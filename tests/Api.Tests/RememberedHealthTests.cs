using AutoencoderApi.Api.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace AutoencoderApi.Api.Tests;

public sealed class RememberedHealthTests
{
    [Fact]
    public async Task However_many_ask_the_store_is_asked_once_a_second_and_the_end_of_the_process_is_known_at_once()
    {
        await using StoreUnderTest store = await StoreUnderTest.New("sqlite");
        var counted = new Counted(store.Stores);
        var lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        var time = new FakeTimeProvider();
        var health = new RememberedHealth(new StoreHealth(counted, lifetime), lifetime, time);
        HealthCheckResult[] results = await Task.WhenAll(
            Enumerable.Range(0, 2_000).Select(_ => Task.Run(() => health.CheckHealthAsync(new HealthCheckContext()))));
        Assert.All(results, result => Assert.Equal(HealthStatus.Healthy, result.Status));
        Assert.Equal(1, counted.Asked);
        time.Advance(TimeSpan.FromMilliseconds(999));
        await health.CheckHealthAsync(new HealthCheckContext());
        Assert.Equal(1, counted.Asked);
        time.Advance(TimeSpan.FromMilliseconds(1));
        await health.CheckHealthAsync(new HealthCheckContext());
        Assert.Equal(2, counted.Asked);

        lifetime.StopApplication();
        Assert.Equal(HealthStatus.Unhealthy, (await health.CheckHealthAsync(new HealthCheckContext())).Status);
    }

    [Fact]
    public async Task A_caller_that_goes_away_does_not_end_the_check_that_others_wait_for()
    {
        await using StoreUnderTest store = await StoreUnderTest.New("sqlite");
        var lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        var health = new RememberedHealth(new StoreHealth(store.Stores, lifetime), lifetime, TimeProvider.System);
        using var gone = new CancellationTokenSource();
        Task<HealthCheckResult> first = health.CheckHealthAsync(new HealthCheckContext(), gone.Token),
            second = health.CheckHealthAsync(new HealthCheckContext());
        await gone.CancelAsync();
        Assert.Equal(HealthStatus.Healthy, (await second).Status);
        await first.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private sealed class Counted(IDbContextFactory<AppDbContext> stores) : IDbContextFactory<AppDbContext>
    {
        private int _asked;

        public int Asked => _asked;

        public AppDbContext CreateDbContext()
        {
            Interlocked.Increment(ref _asked);
            return stores.CreateDbContext();
        }

        public Task<AppDbContext> CreateDbContextAsync(CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            return stores.CreateDbContextAsync(cancellationToken);
        }
    }
}
