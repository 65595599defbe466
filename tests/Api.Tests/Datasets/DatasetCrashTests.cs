using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Datasets;

[StartsProcesses]
public sealed class DatasetCrashTests : IDisposable
{
    private const int Images = 4_000; // of 128 × 128: 64 MB to write

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_service_killed_while_it_takes_a_data_set_has_all_of_it_afterwards_or_nothing()
    {
        byte[] images = OwnImages.Idx(OwnImages.Noise(1, Images * 128 * 128), Images, 128, 128);
        foreach (int milliseconds in (int[])[-1, 200, 500, 900])
        {
            await using ServiceProcess service = await ServiceProcess.Start(_folder);
            Assert.Empty(Directory.GetFiles(Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, "uploads")).FullName)));
            await IsThere(service);
            if (milliseconds < 0)
            {
                await SendHalf(service.Client.Http.BaseAddress!.Port, images);
                await service.Kill();
                continue;
            }

            Task<HttpResponseMessage> put = service.Client.PutForm("large", ("images", images));
            await Task.Delay(milliseconds);
            await service.Kill();
            await Task.WhenAny(put); // its connection is gone, whatever came of it
        }

        await using ServiceProcess last = await ServiceProcess.Start(_folder);
        if (!await IsThere(last))
        {
            Assert.Equal(HttpStatusCode.Created, (await last.Client.PutForm("large", ("images", images))).StatusCode);
        }

        Assert.True(await IsThere(last));
        Assert.Equal(HttpStatusCode.OK, (await last.Client.PutForm("large", ("images", images))).StatusCode); // the retry of one whose answer was lost
    }

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

    /// <summary>Sends half of a form and waits until the service has begun to stage it.</summary>
    private async Task SendHalf(int port, byte[] images)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using NetworkStream stream = client.GetStream();
        string head = string.Create(CultureInfo.InvariantCulture, $"PUT /v1/datasets/large HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: {images.Length + 200}\r\n\r\n--x\r\nContent-Disposition: form-data; name=images; filename=a\r\n\r\n");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        await stream.WriteAsync(images.AsMemory(0, images.Length / 2));
        await Task.Delay(200);
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "uploads"))); // its file has no name
    }
}
