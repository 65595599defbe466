using System.Text.Json;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Experiments.Reports;

/// <summary>The article that the networks come from, and the losses that it reports.</summary>
internal static class ArticleReference
{
    public const string Title = "Tensorflow Day18 Convolutional Autoencoder";
    public const string Author = "c1mone";
    public const string Date = "2 January 2017";
    public const string Notebook = "notebooks/7_Convolutional_Autoencoder.ipynb";
    public const string Address = "https://github.com/c1mone/Tensorflow-101";

    /// <summary>The settings that a network of the article may have in another way: none of them changes the network or its data.</summary>
    private static readonly string[] s_free =
        ["seed", "warmupSteps", "learningRateSchedule", "stopOnCollapse", "evaluateEvery", "checkpointEvery"];

    /// <summary>The test loss that the article reports for a network with these settings; null where its network is another one.</summary>
    public static double? LossOf(TrainingSettings settings) =>
        JsonNode.DeepEquals(Bound(settings), Bound(TrainingSettings.For(settings.Architecture, MirroredSet.Mnist.Name)))
            ? Architectures.Of(settings.Architecture).ArticleLoss
            : null;

    private static JsonObject Bound(TrainingSettings settings)
    {
        JsonObject fields = JsonSerializer.SerializeToNode(settings, JsonConventions.Json)!.AsObject();
        Array.ForEach(s_free, field => fields.Remove(field));
        return fields;
    }
}
