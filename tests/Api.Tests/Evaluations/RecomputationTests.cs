using System.Text.Json.Nodes;
using AutoencoderApi.Api.Tests.Datasets;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.Evaluations;

/// <summary>What evaluations state, recomputed by scikit-learn (recompute.py) from the served codes, losses, labels and maps.</summary>
[StartsProcesses]
public sealed class RecomputationTests : IDisposable
{
    private const int Train = 4_000;
    private const int Validation = 5_000; // of MNIST's training images the first
    private const int Test = 1_000;

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    private string Digits => Path.Combine(_folder, "digits");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Scikit_learn_finds_the_losses_accuracies_components_and_areas_that_evaluations_state()
    {
        Python.SkipWithout("numpy", "sklearn");
        WriteDigits();
        await using ServiceProcess host = await ServiceProcess.Start(
            Path.Combine(_folder, "store"), ("Datasets__Mnist__Folder", Digits));
        JsonNode evaluation = await Evaluate(host.Client, await TrainAsync(host.Client, "\"codeWidth\":8"));
        JsonNode anomalies = await Evaluate(host.Client, await TrainAsync(host.Client, "\"codeWidth\":2,\"labels\":[1]"));
        string script = await File.ReadAllTextAsync(
            Path.Combine(Repository.Root, "tests", "Api.Tests", "Evaluations", "recompute.py"));
        JsonNode theirs = JsonNode.Parse(Python.Run(
            script,
            host.Client.Http.BaseAddress!.ToString().TrimEnd('/'),
            Digits,
            (string)evaluation["id"]!,
            (string)anomalies["id"]!))!;
        JsonNode ours = evaluation["result"]!;

        Assert.InRange((double)theirs["largestDifferenceOfLosses"]!, 0, 1e-6);
        Assert.All(theirs["quantiles"]!.AsObject(), quantile => Assert.Equal(
            (double)quantile.Value!, (double)ours["loss"]!["quantiles"]![quantile.Key]!, 1e-6));
        JsonArray labels = ours["perLabel"]!.AsArray();
        Assert.Equal(10, labels.Count);
        Assert.All(theirs["perLabel"]!.AsArray().Zip(labels), pair =>
        {
            Assert.Equal(
                ((int)pair.First![0]!, (int)pair.First[1]!), ((int)pair.Second!["label"]!, (int)pair.Second["count"]!));
            Assert.Equal((double)pair.First[2]!, (double)pair.Second["mean"]!, 1e-6);
        });
        foreach (string of in (string[])["code", "pixels", "pca"])
        {
            Assert.Equal((int)theirs[of]!["knn"]!, Found(of, "knn"));
            Assert.InRange(Found(of, "ridge") - (int)theirs[of]!["ridge"]!, -2, 2);
        }

        Assert.Equal((double)theirs["pcaLoss"]!, (double)ours["pcaLoss"]!, 1e-5);
        Assert.Equal((double)theirs["codeDimensions"]!, (double)ours["codeDimensions"]!, 1e-4);
        Assert.InRange((double)theirs["largestDifferenceOfPlaces"]!, 0, 1e-4);
        JsonNode map = await host.Client.Json((string)evaluation["links"]!["map"]!);
        Assert.All(theirs["explainedVariance"]!.AsArray().Zip(map["explainedVariance"]!.AsArray()), pair => Assert.Equal(
            (double)pair.First!, (double)pair.Second!, 1e-5));
        Assert.InRange((double)theirs["trustworthiness"]!, 0.95, 1);
        Assert.Equal((double)theirs["auroc"]!, (double)anomalies["result"]!["anomaly"]!["auroc"]!, 1e-9);
        Assert.InRange((double)theirs["largestDifferenceOfRates"]!, 0, 1e-9);

        int Found(string of, string classifier) =>
            (int)Math.Round((double)ours["labelAccuracy"]![of]![classifier]! * (int)ours["count"]!);
    }

    /// <summary>Writes the first images of MNIST's splits as its four files; of the synthetic digits where MNIST is not at hand.</summary>
    private void WriteDigits()
    {
        Dataset digits = MnistFolder.IsAtHand ? MnistFolder.Load() : SyntheticDigits.Create(Train, Validation, Test);
        Directory.CreateDirectory(Digits);
        Write("train", [digits.Validation.Slice(0, Validation), digits.Train.Slice(0, Train)]);
        Write("t10k", [digits.Test.Slice(0, Test)]);

        void Write(string part, DatasetSplit[] splits)
        {
            byte[] pixels = [.. splits.SelectMany(split => Enumerable.Range(0, split.Count).SelectMany(i => split.Image(i).ToArray()))];
            byte[] labels = [.. splits.SelectMany(split => split.Labels(0, split.Count).ToArray())];
            File.WriteAllBytes(
                Path.Combine(Digits, $"{part}-images-idx3-ubyte"), OwnImages.Idx(pixels, labels.Length, OwnImages.Side, OwnImages.Side));
            File.WriteAllBytes(Path.Combine(Digits, $"{part}-labels-idx1-ubyte"), OwnImages.Idx(labels, labels.Length));
        }
    }

    /// <returns>The id of the trained checkpoint.</returns>
    private static async Task<string> TrainAsync(ServiceClient service, string settings)
    {
        JsonNode job = await service.Ended(await service.Submit(
            $$"""
            {"architecture":"strided","dataset":"mnist","steps":400,"warmupSteps":50,"evaluateEvery":400,"checkpointEvery":400,
            "stopOnCollapse":false,{{settings}}}
            """));
        Assert.True((string?)job["status"] == "succeeded", job.ToJsonString());
        return (string)job["latestCheckpoint"]!;
    }

    private static async Task<JsonNode> Evaluate(ServiceClient service, string checkpoint)
    {
        using HttpResponseMessage response = await service.Post("/v1/evaluations", $$"""{"checkpoint":"{{checkpoint}}"}""");
        JsonNode ended = await service.Ended(response.Headers.Location!.ToString());
        Assert.True((string?)ended["status"] == "succeeded", ended.ToJsonString());
        return ended;
    }
}
