using System.Text.Json.Nodes;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

/// <summary>
/// The service of somebody who reads the documents: on MNIST where it is at hand, with one trained network. A long job occupies the worker,
/// so that <c>latest</c> stays that network whatever the documents submit.
/// </summary>
public sealed class DocumentedService : IAsyncLifetime
{
    /// <summary>Makes the files that the commands take for granted.</summary>
    public const string ReadersFiles = """
        image='localhost:8080/v1/datasets/synthetic-digits/test'
        curl -o photo.jpg "$image/0.png?scale=10"
        curl -o digit.png "$image/1.png"
        curl -o model.safetensors localhost:8080/v1/checkpoints/latest/weights
        mkdir -p leaves/0 leaves/1
        for i in $(seq 0 79); do curl -o "leaves/$((i % 2))/$i.png" "$image/$i.png"; done
        [ -z "$MNIST_FOLDER" ] || for kind in images-idx3 labels-idx1; do
          name=train-$kind-ubyte
          if [ -e "$MNIST_FOLDER/$name.gz" ]; then cp "$MNIST_FOLDER/$name.gz" .; else gzip -c "$MNIST_FOLDER/$name" >"$name.gz"; fi
        done
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
    private ServiceProcess? _service;

    /// <summary>Host and port.</summary>
    public string Address => _service!.Client.Http.BaseAddress!.Authority;

    /// <summary>The job that has ended, whose film has the step 64.</summary>
    public string JobId { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _service = await ServiceProcess.Start(
            _folder,
            ("Training__Threads", "1"),
            ("Datasets__Mnist__Folder", MnistFolder.IsAtHand ? MnistFolder.Path : ""),
            ("Access__CorsOrigins__0", "http://localhost:5173")); // as docs/frontend.md starts it
        string job = await _service.Client.Submit(
            """{"dataset":"synthetic-digits","steps":80,"warmupSteps":20,"evaluateEvery":40,"checkpointEvery":80}""");
        JsonNode ended = await _service.Client.Ended(job);
        Assert.Equal("succeeded", (string?)ended["status"]);
        JobId = (string)ended["id"]!;
        await _service.Client.Submit(
            """{"dataset":"synthetic-digits","steps":100000,"evaluateEvery":100000,"checkpointEvery":100000,"film":false}""");
    }

    public async ValueTask DisposeAsync()
    {
        await _service!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
