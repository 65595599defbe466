using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Tests.Access;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Limits;

/// <summary>What callers without a key cannot do to those with one, over real sockets.</summary>
[StartsProcesses]
public sealed partial class StrangerTests : IDisposable
{
    private const int Connections = 40;
    private const int PerAddress = 10;

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
    private readonly string _key = ApiKey.Create();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Strangers_hold_connections_for_some_seconds_only_and_never_keep_a_caller_with_a_key_out()
    {
        int port = FreePort();
        await using ServiceProcess service = await ServiceProcess.Start(
            _folder,
            [
                .. KeyedService.Settings(0, _key, Role.Reader), ("ASPNETCORE_URLS", $"{ServiceProcess.Url};http://0.0.0.0:{port}"),
                ("Limits__Connections", $"{Connections}"), ("Limits__ConnectionsPerAddress", $"{PerAddress}"), ("Limits__IdleSeconds", "3"),
            ]);
        int local = service.Client.Http.BaseAddress!.Port;
        using Caller known = await Caller.ConnectAsync(IPAddress.Loopback, local);
        Assert.Equal(200, await known.AskAsync("/v1/training-jobs", _key));

        // As many as there are: half have asked something that needs no key, half are silent.
        Caller[] strangers = await Task.WhenAll(
            Enumerable.Range(0, Connections + 10).Select(_ => Caller.ConnectAsync(IPAddress.Loopback, local)));
        await Task.WhenAll(strangers.Where((_, i) => i % 2 == 0).Select(stranger => stranger.TryAskAsync("/health/live")));
        await Task.Delay(TimeSpan.FromSeconds(1.2));
        using (Caller late = await Caller.ConnectAsync(IPAddress.Loopback, local))
        {
            Assert.Equal(200, await late.AskAsync("/v1/training-jobs", _key));
        }

        long began = Stopwatch.GetTimestamp();
        await Task.WhenAll(strangers.Select(stranger => stranger.ClosedAsync()));
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 30); // the server by itself keeps idle connections for 130 s
        Assert.Equal(200, await known.AskAsync("/v1/training-jobs", _key)); // on the same connection
        Array.ForEach(strangers, stranger => stranger.Dispose());

        IPAddress? elsewhere = NetworkInterface
            .GetAllNetworkInterfaces()
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
        Assert.SkipWhen(elsewhere is null, "This machine has no address but loopback.");
        Caller?[] ofOneAddress = await Task.WhenAll(
            Enumerable.Range(0, PerAddress + 5).Select(_ => Caller.TryConnectAsync(elsewhere, port)));
        int?[] answers = await Task.WhenAll(
            ofOneAddress.Select(stranger => stranger?.TryAskAsync("/health/live") ?? Task.FromResult<int?>(null)));
        Assert.Equal((PerAddress, 5), (answers.Count(answer => answer == 200), answers.Count(answer => answer is null)));
        using Caller beside = await Caller.ConnectAsync(IPAddress.Loopback, port);
        Assert.Equal(200, await beside.AskAsync("/v1/training-jobs", _key));
        Array.ForEach(ofOneAddress, stranger => stranger?.Dispose());
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>One connection, on which requests follow one another.</summary>
    private sealed partial class Caller(TcpClient client, NetworkStream stream) : IDisposable
    {
        public static async Task<Caller> ConnectAsync(IPAddress address, int port)
        {
            var client = new TcpClient();
            await client.ConnectAsync(address, port);
            return new Caller(client, client.GetStream());
        }

        /// <returns>Null where the service closed the connection before it was seen to be open.</returns>
        public static async Task<Caller?> TryConnectAsync(IPAddress address, int port)
        {
            try
            {
                return await ConnectAsync(address, port);
            }
            catch (SocketException)
            {
                return null;
            }
        }

        /// <returns>The status of the answer.</returns>
        public async Task<int> AskAsync(string path, string? key = null)
        {
            string header = key is null ? "" : $"X-API-Key: {key}\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n"));
            byte[] buffer = new byte[65_536];
            var answer = new StringBuilder();
            while (!IsWhole(answer.ToString()))
            {
                int read = await stream.ReadAsync(buffer);
                answer.Append(read == 0 ? throw new EndOfStreamException() : Encoding.ASCII.GetString(buffer, 0, read));
            }

            return int.Parse(answer.ToString().Split(' ')[1], null as IFormatProvider);
        }

        /// <summary>The service's answers have a length or come in chunks, the last of which is empty (RFC 9112, section 7.1).</summary>
        private static bool IsWhole(string answer)
        {
            string[] parts = answer.Split("\r\n\r\n", 2);
            return parts.Length == 2 && (Length().Match(parts[0]) is { Success: true } length
                ? parts[1].Length >= int.Parse(length.Groups[1].Value, null as IFormatProvider)
                : parts[1].EndsWith("0\r\n\r\n", StringComparison.Ordinal));
        }

        /// <returns>Null where the connection was closed instead.</returns>
        public async Task<int?> TryAskAsync(string path)
        {
            try
            {
                return await AskAsync(path);
            }
            catch (IOException)
            {
                return null;
            }
        }

        public async Task ClosedAsync()
        {
            try
            {
                byte[] buffer = new byte[4_096];
                while (await stream.ReadAsync(buffer) > 0)
                {
                }
            }
            catch (IOException)
            {
                // reset, which is closed too
            }
        }

        [GeneratedRegex("Content-Length: ([0-9]+)", RegexOptions.IgnoreCase)]
        private static partial Regex Length();

        public void Dispose()
        {
            stream.Dispose();
            client.Dispose();
        }
    }
}
