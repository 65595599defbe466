using System.Globalization;
using System.Text.Json.Nodes;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

/// <summary>The client of clients/python, with Debian's Python, against the service.</summary>
[Collection(TrainedCollection.Name)]
[StartsProcesses]
public sealed class PythonClientTests(TrainedService trained)
{
    /// <summary>
    /// For each checkpoint the largest difference to the service's reconstructions of three images of noise, in which no two values of a
    /// pooling's block are so close that rounding decides which is the maximum.
    /// </summary>
    private const string Compare = """
        import itertools, sys, numpy
        from autoencoder_api import Client, activations

        def is_settled(weights, picture):
            before = None
            for layer, output in activations(weights, picture[None]):
                if layer.kind == "max-pool":
                    n, c, h, w = output.shape
                    blocks = before.reshape(n, c, h, 2, w, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, c, h, w, 4)
                    second, first = numpy.moveaxis(numpy.sort(blocks)[..., -2:], -1, 0)
                    rounding = 1e-5 * blocks.max()
                    if ((first - second < rounding) & (first > rounding)).any():
                        return False
                before = output
            return True

        client = Client(sys.argv[1])
        for checkpoint in sys.argv[2:]:
            weights = client.weights(checkpoint)
            random = numpy.random.default_rng(1)
            draws = (random.random((1, 28, 28), numpy.float32) for _ in range(50))
            pictures = numpy.stack(list(itertools.islice((picture for picture in draws if is_settled(weights, picture)), 3)))
            theirs = numpy.stack([client.reconstruct(checkpoint, picture) for picture in pictures])
            print(len(pictures), abs(RECONSTRUCTION - theirs).max())
        """;

    private string Url => trained.Service.Http.BaseAddress!.ToString();

    [Fact]
    public void NumPy_reconstructs_as_the_service_does()
    {
        Python.SkipWithout("numpy");
        AssertEqual(
            "from autoencoder_api import reconstruct\n"
                + Compare.Replace("RECONSTRUCTION", "reconstruct(weights, pictures)", StringComparison.Ordinal));
    }

    [Fact]
    public void PyTorch_reconstructs_as_the_service_does()
    {
        Python.SkipWithout("numpy", "torch");
        AssertEqual("import torch\nfrom autoencoder_api.torch_network import Autoencoder\n" + Compare.Replace(
            "RECONSTRUCTION", "Autoencoder.of(weights)(torch.from_numpy(pictures)).detach().numpy()", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_client_submits_a_job_follows_it_and_reads_a_refusal()
    {
        Python.SkipWithout("numpy");
        string[] lines = Python.Run(
            """
            import sys
            from autoencoder_api import ApiError, Client, encode
            client = Client(sys.argv[1])
            job = client.submit(architecture="strided", dataset="synthetic-digits", steps=20, evaluateEvery=5, channels=[3, 4])
            seen = list(client.follow(job["id"]))
            print(*(one["progress"]["step"] for one in seen))
            print(seen[-1]["id"], seen[-1]["status"], seen[-1]["latestCheckpoint"])
            try:
                client.submit(steps=0)
            except ApiError as error:
                print(error.status, error.kind, *error.problem["errors"])
            """,
            Url).TrimEnd().Split('\n');
        int[] steps = [.. lines[0].Split(' ').Select(step => int.Parse(step, CultureInfo.InvariantCulture))];
        Assert.True(steps.Length > 1 && steps[^1] == 20 && steps.All(step => step is >= 0 and <= 20), lines[0]);
        string[] job = lines[1].Split(' ');
        JsonNode reported = await trained.Service.Json($"/v1/training-jobs/{job[0]}");
        Assert.Equal(["succeeded", (string)reported["latestCheckpoint"]!], job[1..]);
        Assert.Equal("400 invalid-fields steps", lines[2]);
    }

    [Fact]
    public async Task The_command_line_trains_draws_and_downloads()
    {
        Python.SkipWithout("numpy");
        string folder = Directory.CreateTempSubdirectory("python-").FullName;
        string In(string name) => Path.Combine(folder, name);
        await File.WriteAllBytesAsync(
            In("digit.png"),
            await trained.Service.Http.GetByteArrayAsync("/v1/datasets/synthetic-digits/test/3.png"));

        (string output, string bar) = Python.RunClient(
            "--url",
            Url,
            "train",
            "dense",
            "--set",
            "dataset=synthetic-digits",
            "--set",
            "steps=20",
            "--set",
            "denseWidths=[20,10]");
        Assert.Matches("^[0-9a-f-]{36}\ncheckpoint [0-9a-f-]{36}, test loss 0\\.[0-9]+\n$", output);
        Assert.EndsWith("[##############################] 20/20 succeeded \n", bar);
        string checkpoint = output.Split(' ', ',')[1];

        Assert.Equal(
            ("", ""),
            Python.RunClient("--url", Url, "reconstruct", In("digit.png"), In("pair.png"), "--checkpoint", checkpoint, "--scale", "2"));
        Assert.StartsWith("89504E470D0A1A0A", Convert.ToHexString(await File.ReadAllBytesAsync(In("pair.png"))));
        foreach (string kind in (string[])["weights", "onnx"])
        {
            Assert.Equal(("", ""), Python.RunClient("--url", Url, kind, In(kind), "--checkpoint", checkpoint));
            Assert.Equal(
                await trained.Service.Http.GetByteArrayAsync($"/v1/checkpoints/{checkpoint}/{kind}"),
                await File.ReadAllBytesAsync(In(kind)));
        }

        (output, string refusal) = Python.RunClient("--url", Url, "onnx", In("nothing"), "--checkpoint", "nothing");
        Assert.Equal("", output);
        Assert.StartsWith("404 ", refusal);
        Directory.Delete(folder, recursive: true);
    }

    private void AssertEqual(string script)
    {
        string[] checkpoints =
        [
            .. TrainedService.Architectures.Select(architecture => (string)trained.Jobs[architecture]["latestCheckpoint"]!),
        ];
        string[] differences = Python.Run(script, [Url, .. checkpoints]).TrimEnd().Split('\n');
        Assert.Equal(checkpoints.Length, differences.Length);
        Assert.All(differences, line =>
        {
            string[] fields = line.Split(' ');
            Assert.Equal("3", fields[0]);
            Assert.InRange(double.Parse(fields[1], CultureInfo.InvariantCulture), 0, 1e-5);
        });
    }
}
