using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Tests.Images;
using AutoencoderApi.Domain.Numerics;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

/// <summary>
/// Mutated requests from fixed seeds against a service of its own: none may be answered with a fault of the service (505, an HTTP version
/// that it does not speak, is none), end it, or leave memory behind. FUZZ_INPUTS=10000 is the long form, <c>./test --long fuzz</c>.
/// </summary>
[StartsProcesses]
public sealed class FuzzTests : IDisposable
{
    private const long MemoryBound = 100_000_000;
    private const int AtOnce = 4;

    private static readonly int s_inputs = int.Parse(Environment.GetEnvironmentVariable("FUZZ_INPUTS") ?? "150", null as IFormatProvider);

    private static readonly string[] s_hostile =
    [
        "-1",
        "1e999",
        "99999999999999999999",
        "null",
        "{}",
        "[]",
        "\"\\ud800\"",
        "\"",
        "\0",
        "[[[[[[[[[[[[[[[[[[[[",
        "\u00ff",
        "NaN",
        "..%2f..%2f",
        "%00",
        "%c0%ae",
        "\r\n",
        "'; DROP TABLE jobs; --",
        "${jndi:ldap://x}",
        "<script>",
        "true",
        "2147483648",
        "\u202e",
        "--",
        ": ",
        "; charset=utf-7",
        "chunked",
    ];

    private delegate byte[] Mutation(byte[] source, ref SplitMix64 random);

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task No_mutated_request_is_answered_with_a_fault_ends_the_service_or_leaves_memory_behind()
    {
        await using ServiceProcess service = await ServiceProcess.Start(
            _folder,
            ("Limits__Steps", "2"),
            ("Limits__JobTeraflop", "0.001"),
            ("Limits__FigurePixels", "2500000"));
        var job = await service.Client.Ended(await service.Client.Submit("""{"dataset":"synthetic-digits","steps":2,"channels":[2,3]}"""));
        var form = $"/v1/checkpoints/{job["latestCheckpoint"]}";
        byte[] checkpoint = await service.Client.Http.GetByteArrayAsync($"{form}/weights", TestContext.Current.CancellationToken);
        (string Kind, byte[] Source, Mutation Mutate, Func<byte[], Task<int>> Send)[] kinds =
        [
            ("safetensors", checkpoint, MutatedFile.Next, body => Post("/v1/checkpoints", CheckpointUpload.RawType, body)),
            ("PNG", PngFile.Write(28, 28, 8, PngFile.Gray, new byte[784]), Mutated, body =>
                Post($"{form}/reconstruction", "image/png", body)),
            ("JPEG", JpegFile.Write(64, 48, inColor: true), Mutated, body => Post($"{form}/layers/code/tiles", "image/jpeg", body)),
            (
                "JSON job",
                Text(
                    """
                    {"architecture":"strided","name":"a","dataset":"synthetic-digits","steps":1,
                    "channels":[2,3],"kernelSize":3,"learningRate":0.01,"startFrom":null}
                    """
                ),
                Mutated,
                body => Post("/v1/training-jobs", "application/json", body)),
            (
                "JSON experiment",
                Text(
                    """
                    {"common":{"dataset":"synthetic-digits","steps":1,"channels":[2,3]},
                    "grid":{"seed":[1,2],"kernelSize":[3]},"name":"b","tag":"c"}
                    """
                ),
                Mutated,
                body => Post("/v1/experiments", "application/json", body)),
            ("JSON code", Text($$"""{"shape":[3,7,7],"values":[{{string.Join(',', Enumerable.Repeat("0.5", 147))}}]}"""), Mutated, body =>
                Post($"{form}/decode", "application/json", body)),
            ("multipart", Multipart(), Mutated, body => Post($"{form}/reconstruction", "multipart/form-data; boundary=edge", body)),
            (
                "query",
                Text(
                    $"{form}/layers/conv1/tiles?dataset=synthetic-digits&split=test&index=3"
                        + $"&count=4&first=0&columns=2&scale=2&gap=1&range=tile&palette=viridis"),
                Mutated,
                target => Raw(service, [.. Text("GET "), .. target, .. Text(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")])),
            (
                "headers",
                Text(
                    "GET /v1/training-jobs HTTP/1.1\r\nHost: localhost\r\nAccept: application/json;q=0.5, text/csv\r\nIf-None-Match: "
                    + "\"a\", W/\"b\"\r\nPrefer: wait=0\r\nLast-Event-ID: 3\r\nX-API-Key: none\r\nRange: bytes=0-1\r\ntraceparent: "
                    + "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nConnection: close\r\n\r\n"
                ),
                Mutated,
                request => Raw(service, request)),
        ];

        await TryAll(seed: 100, Math.Min(s_inputs, 150)); // until everything has been used once
        long before = Memory(service);
        foreach (string row in await TryAll(seed: 1, s_inputs))
        {
            TestContext.Current.TestOutputHelper?.WriteLine(row);
        }

        long grown = Memory(service) - before;
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{s_inputs} of each kind; resident memory {before / 1e6:F0} MB before, {grown / 1e6:+0;-0} MB after.");
        Assert.False(service.HasExited, service.Output());
        Assert.InRange(grown, long.MinValue, MemoryBound);
        Assert.Equal(
            HttpStatusCode.OK,
            (await service.Client.Http.GetAsync("/health/ready", TestContext.Current.CancellationToken)).StatusCode);

        async Task<IReadOnlyList<string>> TryAll(ulong seed, int count)
        {
            List<string> rows = [];
            foreach ((string kind, byte[] source, Mutation mutate, Func<byte[], Task<int>> send) in kinds)
            {
                var answers = new int[600];
                await Parallel.ForEachAsync(
                    Enumerable.Range(0, count),
                    new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
                    async (index, _) =>
                    {
                        var random = SplitMix64.ForStream(seed, (ulong)index);
                        byte[] mutated = mutate(source, ref random);
                        int status = await send(mutated);
                        Assert.True(
                            status is < 500 or 505,
                            $"{kind} {index} of seed {seed} is answered with {status}: {Convert.ToBase64String(mutated)}");
                        Interlocked.Increment(ref answers[status]);
                    });
                IEnumerable<string> counts = answers
                    .Index()
                    .Where(answer => answer.Item > 0)
                    .Select(answer => $"{answer.Item} × {(answer.Index == 0 ? "closed" : answer.Index)}");
                rows.Add($"| {kind} | {count} | {string.Join(", ", counts)} |");
            }

            return rows;
        }

        async Task<int> Post(string path, string type, byte[] body)
        {
            using var content = new ByteArrayContent(body);
            content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
            using HttpResponseMessage response = await service.Client.Http.PostAsync(path, content);
            return (int)response.StatusCode;
        }
    }

    /// <returns>The status of the answer; 0 where the connection was closed without one, as a server may that cannot read the
    /// request.</returns>
    private static async Task<int> Raw(ServiceProcess service, byte[] request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(service.Client.Http.BaseAddress!.Host, service.Client.Http.BaseAddress.Port);
        await using NetworkStream stream = client.GetStream();
        byte[] status = new byte["HTTP/1.1 200".Length];
        try
        {
            await stream.WriteAsync((byte[])[.. request, .. Text("\r\n\r\n")]); // so that no mutated request waits for its end
            return await stream.ReadAtLeastAsync(status, status.Length, throwOnEndOfStream: false) == status.Length
                ? int.Parse(Encoding.ASCII.GetString(status)[^3..], null as IFormatProvider)
                : 0;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static byte[] Mutated(byte[] source, ref SplitMix64 random)
    {
        List<byte> mutated = [.. source];
        for (int change = random.NextBelow(5); change >= 0 && mutated.Count > 0; change--)
        {
            int at = random.NextBelow(mutated.Count), length = Math.Min(random.NextBelow(12), mutated.Count - at);
            switch (random.NextBelow(6))
            {
                case 0:
                    mutated[at] = (byte)random.NextBelow(256);
                    break;
                case 1:
                    mutated[at] ^= (byte)(1 << random.NextBelow(8));
                    break;
                case 2:
                    mutated.RemoveRange(at, length);
                    break;
                case 3:
                    mutated.InsertRange(at, mutated.GetRange(at, length));
                    break;
                case 4:
                    mutated.RemoveRange(at, length);
                    mutated.InsertRange(at, Text(s_hostile[random.NextBelow(s_hostile.Length)]));
                    break;
                default:
                    mutated.RemoveRange(at, random.NextBelow(4) == 0 ? mutated.Count - at : 0);
                    break;
            }
        }

        return [.. mutated];
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Multipart() =>
    [
        .. Text("--edge\r\nContent-Disposition: form-data; name=\"image\"; filename=\"digit.png\"\r\nContent-Type: image/png\r\n\r\n"),
        .. PngFile.Write(28, 28, 8, PngFile.Gray, new byte[784]),
        .. Text("\r\n--edge--\r\n"),
    ];

    private static long Memory(ServiceProcess service)
    {
        using var process = Process.GetProcessById(service.Id);
        return process.WorkingSet64;
    }
}
