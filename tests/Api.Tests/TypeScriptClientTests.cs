using System.Text.RegularExpressions;
using AutoencoderApi.Api.Tests.OpenApi;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

/// <summary>The package of clients/typescript, as npm packs it, against the service.</summary>
[Collection(TrainedCollection.Name)]
[StartsProcesses]
public sealed partial class TypeScriptClientTests(TrainedService trained) : IDisposable
{
    private const string Package = "clients/typescript";

    /// <summary>What a strict compiler must take, and what it must refuse.</summary>
    private const string Consumer = """
        import { ApiError, Client, type Checkpoint, type Job, type NumberArray } from "autoencoder-api";

        const client = new Client({ baseUrl: "http://localhost:8080", key: "secret" });
        const job: Job = await client.submit({ architecture: "dense", denseWidths: [30, 10] }, { signal: AbortSignal.timeout(1000) });
        for await (const { type, data } of client.follow(job.id)) {
          if (type === "progress") console.log(data.point?.validationLoss?.toFixed(4));
          else if (type === "checkpoint") console.log(data.layers[0]?.shape);
          else console.log(data.status === "succeeded", data.error?.detail);
        }
        for await (const checkpoint of client.list("/v1/checkpoints", { query: { jobId: job.id } })) {
          const { id, losses }: Checkpoint = checkpoint;
          console.log(id, losses.test);
        }
        const image = new Blob([], { type: "image/png" });
        const path = { reference: "best" };
        const { mse } = await client.json("post", "/v1/checkpoints/{reference}/reconstruction", {
          path, query: { layout: "pair" }, body: image,
        });
        const tiles: Blob = await client.file("get", "/v1/checkpoints/{reference}/layers/{layer}/tiles", {
          path: { ...path, layer: "code" },
        });
        console.log(mse.toFixed(4), tiles.size, (await client.json("get", "/v1/caller")).role === "admin");
        const batch: NumberArray = { shape: [1, 1, 28, 28], values: new Float32Array(784) };
        const codes = await client.array("post", "/v1/checkpoints/{reference}/encode", { path, body: batch });
        const { shape, values } = await client.codes("best", { query: { dataset: "mnist", split: "test", count: 10 } });
        const { output, input } = await client.activations("best", { query: { index: 3, unpooling: "nearest" } });
        console.log(codes.shape[0], shape.length, values[0], output?.values.length, input?.shape, (await client.labels("mnist"))[0]);
        await client.submit({}).catch((error) => error instanceof ApiError && error.errors.steps);

        // @ts-expect-error a value that is none of the architectures
        await client.submit({ architecture: "variational" });
        // @ts-expect-error a field that no job has
        await client.submit({ epochs: 3 });
        // @ts-expect-error a path without a value for its parameter
        await client.json("get", "/v1/training-jobs/{id}");
        // @ts-expect-error a path that the document lacks
        await client.json("get", "/v1/jobs");
        // @ts-expect-error an operation that answers no array
        client.array("get", "/v1/checkpoints");
        // @ts-expect-error a query parameter that the operation lacks
        client.list("/v1/checkpoints", { query: { status: "running" } });
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("typescript-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_committed_types_are_those_of_the_document()
    {
        string types = Path.Combine(_folder, "schema.ts");
        await NodePrograms.RunIn(
            Package, "npx", "--no", "openapi-typescript", "../../docs/openapi.json", "-o", types, "--default-non-nullable=false");
        Assert.True(
            await File.ReadAllTextAsync(types) == await File.ReadAllTextAsync(Path.Combine(Repository.Root, Package, "src", "schema.ts")),
            $"{Package}/src/schema.ts is not of docs/openapi.json. Write it anew: npm run --prefix {Package} schema");
    }

    [Fact]
    public async Task The_packed_package_satisfies_a_strict_compiler_and_the_examples_of_its_README_run()
    {
        await NodePrograms.RunIn(Package, "npm", "pack", "--silent", "--pack-destination", _folder);
        string installed = Directory.CreateDirectory(Path.Combine(_folder, "node_modules", "autoencoder-api")).FullName;
        string archive = Assert.Single(Directory.GetFiles(_folder, "*.tgz"));
        await NodePrograms.RunIn(_folder, "tar", "-xzf", archive, "-C", installed, "--strip-components=1");
        Assert.Equal(
            ["LICENSE", "README.md", "package.json", "src", "types"],
            Directory.EnumerateFileSystemEntries(installed).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        await File.WriteAllTextAsync(Path.Combine(_folder, "consumer.mts"), Consumer);
        string compiler = Path.Combine(Repository.Root, Package, "node_modules", ".bin", "tsc");
        await NodePrograms.RunIn(
            _folder, compiler, "--noEmit", "--strict", "--target", "es2022", "--module", "nodenext", "consumer.mts");

        string[] said = await RunExamples();
        Assert.Equal(4, said.Length);
        Assert.EndsWith("succeeded 40\n", said[0]);
        Assert.StartsWith("89504E470D0A1A0A", Convert.ToHexString(await File.ReadAllBytesAsync(Path.Combine(_folder, "code.png"))));
        Assert.Equal("[ 100, 32, 7, 7 ] [ 100, 1, 28, 28 ] 1568\n", said[1]);
        Assert.EndsWith("succeeded\n", said[2]);
        Assert.StartsWith("400 invalid-fields { steps:", said[3]);
    }

    /// <returns>What each program of the README printed.</returns>
    private async Task<string[]> RunExamples()
    {
        string url = trained.Service.Http.BaseAddress!.ToString(), file = Path.Combine(_folder, "example.mjs");
        var said = new List<string>();
        foreach (Match example in Example().Matches(await File.ReadAllTextAsync(Path.Combine(Repository.Root, Package, "README.md"))))
        {
            await File.WriteAllTextAsync(file, example.Groups[1].Value.Replace("http://localhost:8080", url, StringComparison.Ordinal));
            said.Add(await NodePrograms.RunIn(_folder, "node", file));
        }

        return [.. said];
    }

    [GeneratedRegex("```js\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();
}
