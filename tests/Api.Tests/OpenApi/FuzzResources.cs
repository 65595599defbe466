using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Tests.Datasets;
using AutoencoderApi.Api.Tests.Images;
using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Api.Tests.OpenApi;

/// <summary>What requests to a service may speak of: a network that stays, and something new for a request that uses it up.</summary>
internal sealed class FuzzResources
{
    private const string Job = """{"dataset":"synthetic-digits","steps":1,"channels":[2,3],"kernelSize":3}""";
    private const string Prefix = "made-";
    private const string KeptTag = "kept"; // holds the checkpoint and its job

    private readonly ServiceClient _service;
    private readonly string _code;
    private readonly string _evaluation;
    private int _made;

    private FuzzResources(
        ServiceClient service, string checkpoint, string evaluation, string code, byte[] weights, IReadOnlyList<string> layers) =>
        (_service, Checkpoint, _evaluation, _code, Weights, Layers) = (service, checkpoint, evaluation, code, weights, layers);

    public string Checkpoint { get; }

    public byte[] Weights { get; }

    public IReadOnlyList<string> Layers { get; }

    public static async Task<FuzzResources> On(ServiceClient service)
    {
        JsonNode job = await service.Ended(await service.Submit(Job));
        string checkpoint = (string)job["latestCheckpoint"]!, path = $"/v1/checkpoints/{checkpoint}";
        await service.Http.PutAsync($"/v1/tags/{KeptTag}", Json($$"""{"checkpoint":"{{checkpoint}}"}"""));
        using HttpResponseMessage evaluated = await service.Post("/v1/evaluations", $$"""{"checkpoint":"{{checkpoint}}"}""");
        string evaluation = evaluated.Headers.Location!.ToString();
        Assert.Equal("succeeded", (string?)(await service.Ended(evaluation))["status"]);
        return new(
            service, checkpoint, Last(evaluated.Headers.Location),
            (await service.Json($"{path}/encode?dataset=synthetic-digits")).ToJsonString(),
                await service.Http.GetByteArrayAsync($"{path}/weights"),
            [.. (await service.Json($"{path}/layers")).AsArray().Select(layer => (string)layer!["name"]!)]);
    }

    /// <summary>Values for the parameters in the operation's path, under which something is that it can do its work on.</summary>
    public async Task<Func<string, string>> PathValues(Operation operation, FuzzRandom random)
    {
        string? one = operation.Id switch
        {
            "deleteTrainingJob" => await EndedJob(),
            "deleteExperiment" => await EndedExperiment(),
            "cancelTrainingJob" or "pauseTrainingJob" => Last(await Made(HttpMethod.Post, "/v1/training-jobs", Json(Job))),
            "resumeTrainingJob" => await CancelledJob(),
            "extendTrainingJob" => await Ended((await Made(HttpMethod.Post, "/v1/training-jobs", Json(Job))).ToString()),
            "cancelExperiment" => Last(await Made(HttpMethod.Post, "/v1/experiments", Json($$"""{"jobs":[{{Job}}]}"""))),
            "deleteCheckpoint" => Last(await Made(HttpMethod.Post, "/v1/checkpoints", Raw(Weights, "application/octet-stream"))),
            "deleteTag" => Last(await Made(HttpMethod.Put, $"/v1/tags/{Name()}", Json($$"""{"checkpoint":"{{Checkpoint}}"}"""))),
            "deleteDataset" => await MadeDataset(),
            "putTag" => Name(),
            "putDataset" => $"set-{random.Below(5)}",
            "reportExperiment" or "getExperiment" =>
                await Newest("/v1/experiments?limit=1")
                ?? Last(await Made(HttpMethod.Post, "/v1/experiments", Json($$"""{"jobs":[{{Job}}]}"""))),
            "deleteVerification" => await Ended((await MadeVerification()).ToString()),
            "cancelVerification" or "getVerification" => Last(await MadeVerification()),
            "deleteEvaluation" => await MadeEvaluation(isEnded: true),
            "cancelEvaluation" => await MadeEvaluation(isEnded: false),
            _ when operation.Path.StartsWith("/v1/evaluations/{id}", StringComparison.Ordinal) => _evaluation,
            _ when operation.Path.StartsWith("/v1/training-jobs/{id}", StringComparison.Ordinal) =>
                await Newest($"/v1/training-jobs?status=succeeded&limit={1 + random.Below(20)}"),
            _ => null,
        };
        return name => name switch
        {
            "id" or "tag" or "name" when one is not null => one,
            "reference" when one is not null => one,
            "reference" => random.Pick([Checkpoint, KeptTag, "latest"]),
            "layer" => operation.Id is "drawKernels" or "drawKernelsPng" ? "conv1" : random.Pick(Layers),
            "tag" => KeptTag,
            "name" => "synthetic-digits",
            "split" => random.Pick(["train", "validation", "test"]),
            "index" => $"{random.Below(10)}",
            "channel" or "row" or "column" => "0", // which every layer has
            "step" => random.Pick(["0", "1", "2"]),
            _ => throw new InvalidOperationException($"{operation} has a parameter {name} that no fuzz test knows"),
        };
    }

    /// <summary>A body of that media type that the operation can take; null of JSON whose schema says all.</summary>
    public byte[]? Body(Operation operation, string mediaType) => (mediaType, operation.Id) switch
    {
        ("application/json", "createTrainingJob") => Text(Job),
        ("application/json", "extendTrainingJob") => Text("""{"steps":2,"learningRateSchedule":"constant"}"""),
        ("application/json", "createExperiment") => Text($$"""{"common":{{Job}},"jobs":[{}]}"""),
        ("application/json", "createEvaluation") => Text($$"""{"checkpoint":"{{Checkpoint}}"}"""),
        ("application/json", "createTicket") => Text("""{"seconds":60}"""),
        ("application/json", "putTag") => Text($$"""{"checkpoint":"{{Checkpoint}}"}"""),
        ("application/json", "decodeCode" or "decodeCodePng") => Text(_code),
        ("application/json", _) when operation.Bodies!["image/png"] is not null =>
            Text($$"""{"pixels":[{{string.Join(',', new int[784])}}]}"""),
        ("application/octet-stream", _) => Weights,
        ("application/zip", _) => Zip(),
        ("application/x-npy", "reconstructUpload") => NpyFile.Write([2, 1, 28, 28], new float[2 * 784]),
        ("application/x-npy", _) => NpyFile.Write([3, 7, 7], new float[147]),
        ("image/png", _) => OwnImages.Png(1),
        ("image/jpeg", _) => JpegFile.Write(64, 48),
        ("multipart/form-data", _) => Form(operation),
        _ => null,
    };

    private byte[] Form(Operation operation)
    {
        string field = operation.Resolve(operation.Bodies!["multipart/form-data"]!["schema"]!.AsObject())["required"]!.AsArray()
            .Select(name => (string)name!).First();
        byte[] file = field switch
        {
            "image" => OwnImages.Png(1),
            "file" => Weights,
            _ => OwnImages.Idx(OwnImages.Noise(1, 10 * 64), 10, 8, 8),
        };
        return [.. Text($"--edge\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n"), .. file, .. Text("\r\n--edge--\r\n")];
    }

    /// <summary>One that a refused request left, or a new one: there may be only so many.</summary>
    private async Task<string> MadeDataset() =>
        (await _service.Json("/v1/datasets"))
            .AsArray()
            .Select(set => (string)set!["name"]!)
            .FirstOrDefault(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        ?? Last(await Made(HttpMethod.Put, $"/v1/datasets/{Name()}", Raw(Zip(), "application/zip")));

    /// <summary>A job that was cancelled, unless it was over before.</summary>
    private async Task<string> CancelledJob()
    {
        string job = (await Made(HttpMethod.Post, "/v1/training-jobs", Json(Job))).ToString();
        using HttpResponseMessage cancel = await _service.Post($"{job}/cancel", "");
        return await Ended(job);
    }

    private async Task<string> EndedJob()
    {
        JsonNode ended = await _service.Json("/v1/training-jobs?status=succeeded&limit=50");
        return ended["items"]!.AsArray().Select(job => job!)
            .FirstOrDefault(job => (string?)job["latestCheckpoint"] != Checkpoint) is { } job
            ? (string)job["id"]!
            : await Ended((await Made(HttpMethod.Post, "/v1/training-jobs", Json(Job))).ToString());
    }

    /// <summary>An evaluation of an imported checkpoint, which has none yet.</summary>
    private async Task<string> MadeEvaluation(bool isEnded)
    {
        string checkpoint = Last(await Made(HttpMethod.Post, "/v1/checkpoints", Raw(Weights, "application/octet-stream")));
        Uri made = await Made(HttpMethod.Post, "/v1/evaluations", Json($$"""{"checkpoint":"{{checkpoint}}"}"""));
        return isEnded ? await Ended(made.ToString()) : Last(made);
    }

    /// <summary>The verification of the checkpoint that stays: a new one, or the one that has not ended.</summary>
    private async Task<Uri> MadeVerification()
    {
        while (true)
        {
            using HttpResponseMessage response = await _service.Post($"/v1/checkpoints/{Checkpoint}/verifications", "");
            JsonNode answer = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            if (response.IsSuccessStatusCode)
            {
                return new Uri((string)answer["links"]!["self"]!, UriKind.Relative);
            }

            Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
            await Task.Delay(100);
        }
    }

    private async Task<string> EndedExperiment()
    {
        JsonNode listed = await _service.Json("/v1/experiments?limit=50");
        return listed["items"]!.AsArray().FirstOrDefault(experiment => (string?)experiment!["status"] == "ended") is { } ended
            ? (string)ended["id"]!
            : await Ended((await Made(HttpMethod.Post, "/v1/experiments", Json($$"""{"jobs":[{{Job}}]}"""))).ToString());
    }

    /// <summary>The id of a job or an experiment once it has ended, or another request has deleted it.</summary>
    private async Task<string> Ended(string path)
    {
        while (true)
        {
            using HttpResponseMessage response = await _service.Http.GetAsync(path);
            if (response.StatusCode == HttpStatusCode.NotFound
                || (string?)JsonNode.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!["status"]
                    is "succeeded"
                        or "failed"
                        or "cancelled"
                        or "ended")
            {
                return path.Split('/')[^1];
            }

            await Task.Delay(50);
        }
    }

    private async Task<string?> Newest(string list) => (string?)(await _service.Json(list))["items"]!.AsArray().LastOrDefault()?["id"];

    /// <summary>Where what a request has made lies; where the queue is full for it, it is sent again.</summary>
    private async Task<Uri> Made(HttpMethod method, string path, HttpContent content)
    {
        while (true)
        {
            using HttpResponseMessage response = await _service.Http.SendAsync(new HttpRequestMessage(method, path) { Content = content });
            if (response.Headers.Location is { } made)
            {
                return made;
            }

            Assert.True(response.StatusCode == HttpStatusCode.TooManyRequests,
                $"{method} {path}: {await response.Content.ReadAsStringAsync()}");
            await Task.Delay(100);
        }
    }

    private string Name() => $"{Prefix}{Interlocked.Increment(ref _made)}";

    private static string Last(Uri path) => path.ToString().Split('/')[^1];

    private static byte[] Zip() => OwnImages.Zip(Enumerable.Range(0, 10).Select(i => ($"{i % 2}/{i}.png", OwnImages.Png(i, 8, 8))));

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static StringContent Json(string body) => new(body, MediaTypeHeaderValue.Parse("application/json"));

    private static ByteArrayContent Raw(byte[] body, string type) =>
        new(body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } };
}
