using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Datasets;

/// <summary>How a mirror answers.</summary>
public enum Manner
{
    /// <summary>With the file.</summary>
    Right,

    /// <summary>With nothing: the connection stays open.</summary>
    Silent,

    /// <summary>With half of the file, and then nothing.</summary>
    Stalling,

    /// <summary>With half of the file, and then the connection is reset.</summary>
    Dying,

    /// <summary>With half of the file, as if it were all of it.</summary>
    Truncating,

    /// <summary>With another file.</summary>
    Lying,

    /// <summary>With 404.</summary>
    Empty,

    /// <summary>By closing each connection at once.</summary>
    Away,

    /// <summary>With a redirection to a right one.</summary>
    Redirecting,

    /// <summary>Not before it has another manner.</summary>
    Holding,
}

/// <summary>A web server of files on loopback that answers in one manner.</summary>
internal sealed class Mirror : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IReadOnlyDictionary<string, byte[]> _files;
    private readonly string _elsewhere;
    private readonly ConcurrentBag<TcpClient> _open = [];

    public Mirror(Manner manner, IReadOnlyDictionary<string, byte[]> files, string elsewhere = "")
    {
        (Manner, _files, _elsewhere) = (manner, files, elsewhere);
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>May change; what is held is then answered.</summary>
    public Manner Manner { get; set; }

    public string Address =>
        string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/files");

    /// <summary>The paths that were asked for.</summary>
    public ConcurrentQueue<string> Asked { get; } = [];

    /// <summary>A mirror of the genuine MNIST; the test is skipped where that is not at hand.</summary>
    public static Mirror OfMnist(Manner manner) => new(manner, IdxFolder.Files.ToDictionary(file => $"{file}.gz", Packed));

    /// <summary>Waits until a file has been asked for.</summary>
    public async Task WaitUntilAsked()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (Asked.IsEmpty)
        {
            await Task.Delay(50, timeout.Token);
        }
    }

    /// <summary>The bytes of MNIST's file as a mirror gives them.</summary>
    private static byte[] Packed(string file) => File.ReadAllBytes(Path.Combine(MnistFolder.Path, $"{file}.gz"));

    public void Dispose()
    {
        _listener.Dispose();
        foreach (TcpClient client in _open)
        {
            client.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                TcpClient client = await _listener.AcceptTcpClientAsync();
                _open.Add(client);
                _ = AnswerAsync(client);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // stopped
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        try
        {
            NetworkStream stream = client.GetStream();
            using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
            string path = (await reader.ReadLineAsync() ?? "").Split(' ').ElementAtOrDefault(1) ?? "";
            while (await reader.ReadLineAsync() is { Length: > 0 })
            {
            }

            Asked.Enqueue(path);
            byte[] file = _files[path[(path.LastIndexOf('/') + 1)..]], half = file[..(file.Length / 2)];
            while (Manner == Manner.Holding)
            {
                await Task.Delay(20);
            }

            switch (Manner)
            {
                case Manner.Silent:
                    return;
                case Manner.Away:
                    client.Dispose();
                    return;
                case Manner.Stalling:
                    await Send(file.Length, half);
                    return;
                case Manner.Dying:
                    await Send(file.Length, half);
                    client.Client.LingerState = new LingerOption(true, 0);
                    client.Dispose();
                    return;
                case Manner.Truncating:
                    await Send(half.Length, half);
                    break;
                case Manner.Lying:
                    await Send(file.Length, [.. file[..^1], (byte)(file[^1] ^ 1)]);
                    break;
                case Manner.Empty:
                    await stream.WriteAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                    break;
                case Manner.Redirecting:
                    await stream.WriteAsync(
                        Encoding.ASCII.GetBytes(
                            $"HTTP/1.1 302 Found\r\nLocation: {_elsewhere}{path["/files".Length..]}\r\nContent-Length: 0\r\nConnection: "
                            + "close\r\n\r\n"
                        ));
                    break;
                default:
                    await Send(file.Length, file);
                    break;
            }

            client.Dispose();

            async Task Send(int length, byte[] body)
            {
                await stream.WriteAsync(
                    Encoding.ASCII.GetBytes(
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n")));
                await stream.WriteAsync(body);
                await stream.FlushAsync();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // the caller has given up
        }
    }
}
