using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Datasets;

[StartsProcesses]
public sealed class DatasetCrashTests : IAsyncDisposable
{
    private const int Images = 4_000; // of 128 × 128: 64 MB to write
    private const int Attempts = 10;

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
    private readonly byte[] _images = OwnImages.Idx(OwnImages.Noise(1, Images * 128 * 128), Images, 128, 128);
    private ServiceProcess? _service;

    private string Uploads => Directory.CreateDirectory(Path.Combine(_folder, "uploads")).FullName;

    public async ValueTask DisposeAsync()
    {
        await (_service?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_service_killed_while_half_of_a_data_set_is_staged_keeps_nothing_of_it()
    {
        ServiceProcess service = await Restart();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, service.Client.Http.BaseAddress!.Port);
        await using NetworkStream stream = client.GetStream();
        string head = string.Create(
            CultureInfo.InvariantCulture,
            $"""
            PUT /v1/datasets/large HTTP/1.1
            Host: localhost
            Content-Type: multipart/form-data; boundary=x
            Content-Length: {_images.Length + 200}

            --x
            Content-Disposition: form-data; name=images; filename=a


            """).ReplaceLineEndings("\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        await stream.WriteAsync(_images.AsMemory(0, _images.Length / 2));
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!IsStaging(service.Id))
        {
            await Task.Delay(10, timeout.Token);
        }

        Assert.Empty(Directory.GetFiles(Uploads)); // its file has no name
        await service.Kill();
        Assert.False(await IsThere(await Restart()));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(0.9)]
    public async Task A_service_killed_while_it_writes_a_data_set_has_nothing_of_it_and_takes_it_again(double part)
    {
        ServiceProcess service = await Restart();
        for (int attempt = 1; !await IsKilledWithinTheWrite(service, part); attempt++)
        {
            Assert.True(attempt < Attempts, "Every kill came after the write.");
            service = await Restart();
            Assert.True(await IsThere(service));
            Assert.Equal(HttpStatusCode.NoContent, (await service.Client.Http.DeleteAsync("/v1/datasets/large")).StatusCode);
        }

        service = await Restart();
        Assert.False(await IsThere(service));
        Assert.Equal(HttpStatusCode.Created, (await service.Client.PutForm("large", ("images", _images))).StatusCode);
        Assert.True(await IsThere(service));
        HttpResponseMessage retry = await service.Client.PutForm("large", ("images", _images)); // of a PUT whose answer was lost
        Assert.Equal(HttpStatusCode.OK, retry.StatusCode);
    }

    /// <summary>Kills the service once it has staged the data set and written that part of it into the store.</summary>
    /// <returns>False where the write was over by then.</returns>
    private async Task<bool> IsKilledWithinTheWrite(ServiceProcess service, double part)
    {
        long until = Written(service.Id) + _images.Length + (long)(part * _images.Length);
        Task<HttpResponseMessage> put = service.Client.PutForm("large", ("images", _images));
        for (service.Signal("STOP"); Written(service.Id) < until && !put.IsCompleted; service.Signal("STOP"))
        {
            service.Signal("CONT"); // for a millisecond: however busy the machine, the service writes no more between two looks
            Thread.Sleep(1);
        }

        bool isWithin = !put.IsCompleted && Written(service.Id) < until + (long)((1 - part) * _images.Length);
        await service.Kill();
        await Task.WhenAny(put); // its connection is gone, whatever came of it
        return isWithin;
    }

    private async Task<ServiceProcess> Restart()
    {
        await (_service?.DisposeAsync() ?? ValueTask.CompletedTask);
        _service = await ServiceProcess.Start(_folder);
        Assert.Empty(Directory.GetFiles(Uploads));
        return _service;
    }

    /// <summary>
    /// Bytes that a process has written to files: an upload to its staged file, then to the store's log, and nothing else as
    /// large.
    /// </summary>
    private static long Written(int process) =>
        long.Parse(
            File.ReadLines($"/proc/{process}/io").Single(line => line.StartsWith("wchar: ", StringComparison.Ordinal)).Split(' ')[1],
            CultureInfo.InvariantCulture);

    private bool IsStaging(int process) =>
        Directory
            .GetFiles($"/proc/{process}/fd")
            .Select(file => new FileInfo(file).LinkTarget)
            .Any(path => path?.StartsWith(Uploads, StringComparison.Ordinal) is true);

    /// <summary>Whether the data set is there; if it is, all its bytes are those that were sent.</summary>
    private static async Task<bool> IsThere(ServiceProcess service)
    {
        using HttpResponseMessage response = await service.Client.Http.GetAsync("/v1/datasets/large");
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            Assert.Equal(3, (await service.Client.Json("/v1/datasets")).AsArray().Count);
            return false;
        }

        JsonNode set = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(Images, (int)set["splits"]!["train"]! + (int)set["splits"]!["validation"]! + (int)set["splits"]!["test"]!);
        await Expect.Png(await service.Client.Http.GetAsync("/v1/datasets/large/test/0.png")); // reads it whole and checks its sha256
        return true;
    }
}
