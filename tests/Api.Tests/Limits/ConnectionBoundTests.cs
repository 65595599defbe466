using System.Net;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Limits;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace AutoencoderApi.Api.Tests.Limits;

/// <summary>Which connections are counted as whose.</summary>
public sealed class ConnectionBoundTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7", 3)]
    [InlineData("192.0.2.7", "::ffff:192.0.2.7", 3)]
    [InlineData("2001:db8::1", "2001:db8::2", 3)] // of one network of 64 bits
    [InlineData("127.0.0.1", "::1", 8)]
    [InlineData("10.1.2.3", "10.4.5.6", 8)] // a trusted proxy
    [InlineData("::ffff:10.1.2.3", "10.4.5.6", 8)]
    public async Task So_many_connections_of_one_address_are_let_in_but_for_loopback_and_trusted_proxies(
        string address,
        string sameCaller,
        int letIn)
    {
        ConnectionBound bound = Bound(connections: 8);
        Connection[] ofCaller = [.. Enumerable.Range(0, 8).Select(i => new Connection(bound, i % 2 == 0 ? address : sameCaller))];
        Assert.Equal(letIn, ofCaller.Count(connection => connection.IsOpen));
        await Task.WhenAll(ofCaller.Select(connection => connection.EndAsync()));
        Assert.True(new Connection(bound, address).IsOpen); // those that have ended count no more
    }

    [Fact]
    public void Callers_from_other_addresses_are_let_in_beside_one_that_has_all_that_it_may()
    {
        ConnectionBound bound = Bound(connections: 100);
        Connection[] ofOne = [.. Enumerable.Range(0, 50).Select(_ => new Connection(bound, "192.0.2.7"))];
        Assert.Equal(3, ofOne.Count(connection => connection.IsOpen));
        Assert.True(new Connection(bound, "192.0.2.8").IsOpen);
    }

    [Fact]
    public async Task Where_all_connections_are_taken_the_longest_idle_stranger_gives_way_and_else_the_newcomer_is_closed()
    {
        ConnectionBound bound = Bound(connections: 3);
        Connection known = new(bound, "127.0.0.1"), busy = new(bound, "127.0.0.1"), idle = new(bound, "127.0.0.1");
        known.Answers(isKnown: true);
        busy.State.BeginRequest();
        Assert.False(new Connection(bound, "127.0.0.1").IsOpen); // nobody has been idle for long
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(new Connection(bound, "127.0.0.1").IsOpen);
        await idle.ClosedAsync();
        Assert.Equal((true, true), (known.IsOpen, busy.IsOpen));
    }

    private ConnectionBound Bound(int connections) => new(
        Options.Create(new LimitsOptions { Connections = connections, ConnectionsPerAddress = 3 }),
        Options.Create(new AccessOptions { TrustedProxies = ["10.0.0.0/8"] }),
        _time);

    /// <summary>A connection as Kestrel hands it over, without its socket.</summary>
    private sealed class Connection : IAsyncDisposable
    {
        private readonly DefaultConnectionContext _context;
        private readonly TaskCompletionSource _ends = new();
        private readonly Task _handled;
        private bool _isHandled;

        public Connection(ConnectionBound bound, string address)
        {
            _context = new DefaultConnectionContext { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 50_000) };
            _handled = bound.HandleAsync(_context, _ =>
            {
                _isHandled = true;
                return _ends.Task;
            });
        }

        public bool IsOpen => _isHandled && !_context.ConnectionClosed.IsCancellationRequested;

        public OpenConnection State => _context.Features.Get<OpenConnection>()!;

        public void Answers(bool isKnown)
        {
            State.BeginRequest();
            State.EndRequest(isKnown);
        }

        public Task EndAsync()
        {
            _ends.TrySetResult();
            return _handled;
        }

        /// <summary>An abort is carried out by a thread of the pool.</summary>
        public async Task ClosedAsync()
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            while (IsOpen)
            {
                await Task.Delay(10, timeout.Token);
            }
        }

        public ValueTask DisposeAsync() => _context.DisposeAsync();
    }
}
