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

    private string[] Checkpoints =>
        [.. TrainedService.Architectures.Select(architecture => (string)trained.Jobs[architecture]["latestCheckpoint"]!)];

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
            frames, end = client.film(job["id"]), client.weights(seen[-1]["latestCheckpoint"])
            last = client.film_frame(job["id"], frames[-1]["step"])
            same = [(last.tensors[name] == end.tensors[name]).all() for name in last.tensors]
            print(*(frame["step"] for frame in frames), all(same), len(same), last.progress["step"])
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
        Assert.Equal("0 1 2 4 8 16 20 True 6 20", lines[2]);
        Assert.Equal("400 invalid-fields steps", lines[3]);
    }

    [Fact]
    public void The_client_encodes_and_decodes_and_its_networks_have_the_layers_of_the_service()
    {
        Python.SkipWithout("numpy");
        string[] lines = Python.Run(
            """
            import sys, numpy
            from autoencoder_api import Client
            client = Client(sys.argv[1])
            image = numpy.random.default_rng(1).random((1, 28, 28), numpy.float32)
            for checkpoint in sys.argv[2:]:
                code = client.encode(checkpoint, image)
                decoded = client.decode(checkpoint, code, image)
                mine = [[layer.name, list(layer.output)] for layer in client.weights(checkpoint).layers]
                theirs = [[layer["name"], layer["shape"]] for layer in client.layers(checkpoint)]
                print(list(code.shape) == dict(theirs)["code"], (decoded == client.reconstruct(checkpoint, image)).all(), mine == theirs)
            """,
            [Url, .. Checkpoints]).TrimEnd().Split('\n');
        Assert.Equal(Enumerable.Repeat("True True True", Checkpoints.Length), lines);
    }

    [Fact]
    public void The_client_reads_batches_layers_codes_and_labels()
    {
        Python.SkipWithout("numpy");
        string[] lines = Python.Run(
            """
            import sys, numpy
            from autoencoder_api import ApiError, Client
            client = Client(sys.argv[1])
            digits = {"dataset": "synthetic-digits", "first": 5}
            labels = client.labels("synthetic-digits", "test", first=5, count=3)
            print(labels.dtype, labels.shape, len(client.labels("synthetic-digits", "validation")))
            for checkpoint in sys.argv[2:]:
                noise = numpy.random.default_rng(1).random((3, 1, 28, 28))
                images = client.layer_values(checkpoint, "output", noise).clip(0, 1)
                codes = client.encode(checkpoint, images)
                values = client.activations(checkpoint, images[1])
                same = [
                    (client.reconstruct(checkpoint, images)[1] == client.reconstruct(checkpoint, images[1])).all(),
                    (codes[1] == client.encode(checkpoint, images[1])).all(),
                    (values["code"] == codes[1]).all() and (values["input"] == images[1]).all(),
                    (client.layer_values(checkpoint, "code", images[1]) == codes[1]).all(),
                    client.codes(checkpoint, **digits, count=3).shape == codes.shape,
                    (client.encode(checkpoint, numpy.uint8(images * 255)).shape == codes.shape),
                    all(value.dtype == numpy.uint8 for name, value in values.items() if name.endswith(".switches")),
                ]
                try:
                    same.append((client.decode(checkpoint, codes) == client.reconstruct(checkpoint, images)).all())
                except ApiError as error:
                    same.append(error.kind == "switches-missing" and client.checkpoint(checkpoint)["architecture"] == "switch-unpool")
                print(*same)
            """,
            [Url, .. Checkpoints]).TrimEnd().Split('\n');
        Assert.Equal(
            ["uint8 (3,) 2000", .. Enumerable.Repeat("True True True True True True True True", Checkpoints.Length)],
            lines);
    }

    [Fact]
    public void The_client_runs_an_experiment_and_lists_tags_stores_and_deletes()
    {
        Python.SkipWithout("numpy");
        string[] lines = Python.Run(
            """
            import io, sys, zipfile
            from autoencoder_api import ApiError, Client
            client = Client(sys.argv[1])

            def is_gone(read, *names):
                try:
                    read(*names)
                except ApiError as error:
                    return error.kind

            common = {"dataset": "synthetic-digits", "steps": 10, "warmupSteps": 5, "channels": [2, 2]}
            pairs = {"made": "by Python", "url": "http://a:1/?b=c&d"}
            jobs = [{"seed": 1, "metadata": pairs}, {"seed": 2}]
            request = {"common": common, "jobs": jobs, "metadata": {"made": "by Python"}}
            requests = [client.submit_experiment(**request, idempotency_key=sys.argv[2]) for _ in range(2)]
            *_, ended = client.poll_experiment(requests[0]["id"])
            print(requests[0]["id"] == requests[1]["id"], ended["status"], len(ended["jobs"]), "<html" in client.report(ended["id"]))
            print(ended["id"] in [one["id"] for one in client.experiments()])
            found = client.jobs(dataset="synthetic-digits", metadata=pairs)
            print([one["id"] for one in client.experiments(metadata={"made": "by Python"})] == [ended["id"]],
                [(job["id"], job["metadata"]) for job in found] == [(ended["jobs"][0]["id"], pairs)])

            names = {job["id"] for job in ended["jobs"]}
            print(names <= {job["id"] for job in client.jobs(limit=3)})
            checkpoint = next(client.checkpoints(jobId=ended["jobs"][0]["id"]))["id"]
            client.set_tag("python", checkpoint)
            print(client.tag("python")["checkpoint"] == checkpoint, "python" in [tag["name"] for tag in client.tags()])
            imported = client.import_checkpoint(client.weights_file("python"), "python-import")
            print(imported["imported"], imported["sha256"] == client.checkpoint("python")["sha256"])
            client.delete_checkpoint(imported["id"])

            evaluation = client.evaluate(checkpoint)
            print(evaluation["status"], evaluation["result"]["count"], client.losses(evaluation["id"]).shape,
                len(client.evaluation_map(evaluation["id"], "tsne")["points"]), client.evaluate("python")["id"] == evaluation["id"])
            print([one["id"] for one in client.evaluations(checkpoint=checkpoint)] == [evaluation["id"]])
            blank = __import__("numpy").zeros((1, 28, 28), "float32")
            print(client.score(checkpoint, blank, quantile=0.5)["quantile"])
            verification = client.verify(checkpoint)
            print(verification["result"]["outcome"], client.verification(verification["id"]) == verification,
                [one["id"] for one in client.verifications(checkpoint=checkpoint)] == [verification["id"]])
            card = client.card(checkpoint)
            print(card["verification"] == verification, len(card["evaluations"]),
                client.card_markdown(checkpoint).startswith("# " + card["title"]))
            client.delete_verification(verification["id"])
            client.delete_evaluation(evaluation["id"])
            client.delete_tag("python")
            client.delete_experiment(ended["id"])
            print(*(is_gone(*one) for one in (
                (client.checkpoint, imported["id"]), (client.tag, "python"), (client.experiment, ended["id"]), (client.job, min(names)))))

            file = io.BytesIO()
            with zipfile.ZipFile(file, "w") as archive:
                for i in range(20):
                    archive.writestr(f"{i}.png", client.dataset_image("synthetic-digits", "test", i))
            stored = client.put_dataset("python", file.getvalue(), validation=0.2, test=0.2)
            print(stored["splits"] == client.dataset("python")["splits"], "python" in [one["name"] for one in client.datasets()])
            client.delete_dataset("python")
            print(is_gone(client.dataset, "python"))
            """,
            Url,
            Guid.NewGuid().ToString()).TrimEnd().Split('\n');
        string[] expected =
        [
            "True ended 2 True",
            "True",
            "True True",
            "True",
            "True True",
            "True True",
            "succeeded 2000 (2000,) 2000 True",
            "True",
            "0.5",
            "equal True True",
            "True 1 True",
            "checkpoint-not-found tag-not-found experiment-not-found job-not-found",
            "True True",
            "dataset-not-found",
        ];
        Assert.Equal(expected, lines);
    }

    [Fact]
    public void The_client_repeats_what_may_be_repeated_and_polls_by_ETag()
    {
        Python.SkipWithout("numpy");
        string[] lines = Python.Run(
            """
            import http.server, json, threading
            from autoencoder_api import ApiError, Client

            class Service(http.server.BaseHTTPRequestHandler):
                answers, seen = [], []

                def do_GET(self):
                    self.seen.append((self.command, self.headers.get("Idempotency-Key"), self.headers.get("If-None-Match")))
                    status, headers, body = self.answers.pop(0)
                    if status is None:
                        self.close_connection = True
                        return
                    self.send_response(status)
                    for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(body))}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)

                do_POST = do_GET
                log_message = lambda *_: None

            server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            client = Client(f"http://127.0.0.1:{server.server_port}")

            def answered(*answers):
                Service.answers, Service.seen = list(answers), []

            busy, broken, done = (503, {"Retry-After": "0"}, b"{}"), (None, {}, b""), (200, {}, b"{}")
            answered((429, {"Retry-After": "0"}, b"{}"), busy, broken, done)
            print(client.job("1"), len(Service.seen))
            answered(broken, busy, done)
            client.submit()
            print(len(Service.seen), len({key for _, key, _ in Service.seen}), None in [key for _, key, _ in Service.seen])
            answered(broken, done)
            try:
                client.cancel("1")
            except OSError:
                print("broken", len(Service.seen))
            answered(busy, (503, {"Retry-After": "61"}, b"{}"))
            try:
                client.job("1")
            except ApiError as error:
                print(error.status, error.retry_after, len(Service.seen))
            job = lambda status: (200, {"ETag": f'"{status}"', "Retry-After": "0"}, json.dumps({"status": status}).encode())
            answered(job("running"), (304, {"ETag": '"running"', "Retry-After": "0"}, b""), job("succeeded"))
            print(*(one["status"] for one in client.poll("1")), *(etag for _, _, etag in Service.seen))
            """).TrimEnd().Split('\n');
        Assert.Equal(["{} 4", "3 1 False", "broken 1", "503 61.0 2", "running succeeded None \"running\" \"running\""], lines);
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
        string[] differences = Python.Run(script, [Url, .. Checkpoints]).TrimEnd().Split('\n');
        Assert.Equal(Checkpoints.Length, differences.Length);
        Assert.All(differences, line =>
        {
            string[] fields = line.Split(' ');
            Assert.Equal("3", fields[0]);
            Assert.InRange(double.Parse(fields[1], CultureInfo.InvariantCulture), 0, 1e-5);
        });
    }
}
