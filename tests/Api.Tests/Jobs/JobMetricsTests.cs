using System.Diagnostics.Metrics;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Store;
using Microsoft.Extensions.Time.Testing;

namespace AutoencoderApi.Api.Tests.Jobs;

public sealed class JobMetricsTests
{
    [Fact]
    public async Task Jobs_are_counted_again_after_two_seconds()
    {
        await using StoreUnderTest store = await StoreUnderTest.New("sqlite");
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow.AddMinutes(-1));
        using var metrics = new JobMetrics(store.Stores, time);
        using var read = new Readings(metrics);
        Assert.Equal((0, 0), (read.Jobs("queued"), read.Age()));

        Guid job = await store.AddJob();
        JobRow row = await store.Row(job);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(0, read.Jobs("queued"));
        time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal((1, 0), (read.Jobs("queued"), read.Jobs("running")));
        time.SetUtcNow(new DateTimeOffset(row.QueuedAt ?? row.CreatedAt, TimeSpan.Zero).AddHours(1));
        Assert.Equal(3_600, read.Age()!.Value, 1e-3);

        Assert.NotNull(await store.Claim(job));
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal((0, 1, 0), (read.Jobs("queued"), read.Jobs("running"), read.Age()));
    }

    [Fact]
    public async Task Without_its_database_nothing_is_reported_and_nothing_fails()
    {
        await using StoreUnderTest store = await StoreUnderTest.New("sqlite");
        await store.AddJob();
        var time = new FakeTimeProvider();
        using var metrics = new JobMetrics(store.Stores, time);
        using var read = new Readings(metrics);
        Assert.Equal(1, read.Jobs("queued"));

        File.Delete(store.File);
        Assert.Equal(1, read.Jobs("queued"));
        time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal((null, null), (read.Jobs("queued"), read.Age()));
    }

    /// <summary>What a scrape would read of these metrics.</summary>
    private sealed class Readings : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly Dictionary<string, double> _values = [];

        public Readings(JobMetrics metrics)
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == metrics)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => _values[(string)tags[0].Value!] = value);
            _listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => _values[instrument.Name] = value);
            _listener.Start();
        }

        public double? Jobs(string status) => Read(status);

        public double? Age() => Read("autoencoder.queue.age");

        public void Dispose() => _listener.Dispose();

        private double? Read(string name)
        {
            _values.Clear();
            _listener.RecordObservableInstruments();
            return _values.TryGetValue(name, out double value) ? value : null;
        }
    }
}
