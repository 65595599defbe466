using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Limits;

[StartsProcesses]
public sealed class SlowCallerTests : IDisposable
{
    private const int Callers = 500;

    private static readonly TimeSpan s_closedWithin = TimeSpan.FromSeconds(15);

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Callers_that_send_a_byte_a_second_are_closed_while_others_are_answered()
    {
        await using ServiceProcess service = await ServiceProcess.Start(_folder);
        int port = service.Client.Http.BaseAddress!.Port;
        Task<TimeSpan>[] slow = [.. Enumerable.Range(0, Callers).Select(i => TrickleUntilClosed(port, i % 2 == 0
            ? "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
            : "POST /v1/training-jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n {"))];
        Task<TimeSpan[]> all = Task.WhenAll(slow);
        int answered = 0;
        while (!all.IsCompleted)
        {
            Assert.Equal(HttpStatusCode.OK, (await service.Client.Http.GetAsync("/v1/training-jobs")).StatusCode);
            answered++;
            await Task.Delay(100);
        }

        Assert.True(answered > 10);
        Assert.All(await all, lasted => Assert.InRange(lasted, TimeSpan.Zero, s_closedWithin));
    }

    [Fact]
    public async Task A_request_that_takes_too_long_is_given_up_with_503()
    {
        await using ServiceProcess service = await ServiceProcess.Start(
            _folder,
            ("Limits__RequestSeconds", "15"),
            ("Limits__UploadGraceSeconds", "60"));
        await service.Client.Ended(await service.Client.Submit("""{"dataset":"synthetic-digits","steps":1}"""));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, service.Client.Http.BaseAddress!.Port);
        await using NetworkStream stream = client.GetStream();
        await stream.WriteAsync("POST /v1/checkpoints/latest/reconstruction HTTP/1.1\r\nHost: localhost\r\n"u8.ToArray());
        await stream.WriteAsync("Content-Type: image/png\r\nContent-Length: 9\r\n\r\npict"u8.ToArray());
        string answer = await new StreamReader(stream).ReadLineAsync() ?? "";
        Assert.Contains("503", answer, StringComparison.Ordinal);
    }

    /// <summary>Sends the beginning, then a byte each second, until the service closes the connection or gives an answer.</summary>
    /// <returns>How long that took.</returns>
    private static async Task<TimeSpan> TrickleUntilClosed(int port, string beginning)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using NetworkStream stream = client.GetStream();
        long began = Stopwatch.GetTimestamp();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(beginning));
        using var closed = new CancellationTokenSource();
        Task trickle = Trickle(stream, closed.Token);
        await IsClosed(client, CancellationToken.None);
        TimeSpan lasted = Stopwatch.GetElapsedTime(began);
        await closed.CancelAsync();
        await trickle;
        return lasted;
    }

    private static async Task Trickle(NetworkStream stream, CancellationToken closed)
    {
        try
        {
            while (!closed.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), closed);
                await stream.WriteAsync(" "u8.ToArray(), closed);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The connection has ended, which is what is waited for.
        }
    }

    private static async Task<bool> IsClosed(TcpClient client, CancellationToken timeout)
    {
        try
        {
            byte[] buffer = new byte[4096];
            while (await client.GetStream().ReadAsync(buffer, timeout) > 0)
            {
            }

            return true;
        }
        catch (IOException)
        {
            return true; // reset
        }
    }
}
