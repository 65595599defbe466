using System.Globalization;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Evaluations;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Api.Verifications;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Evaluations;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Cards;

/// <summary>Writes model cards, out of what is recorded: no number stands on one that was not measured or stated by the file.</summary>
internal sealed class CardBuilder(
    CheckpointStore checkpoints, DatasetCatalog datasets, EvaluationStore evaluations, VerificationStore verifications)
{
    private const int MaxEvaluations = 20;

    /// <returns>The card, or the problem: no such checkpoint, or its file is damaged.</returns>
    public async Task<Result<CardResponse, ProblemHttpResult>> BuildAsync(string reference, CancellationToken token)
    {
        if (await checkpoints.FindAsync(reference, token) is not { } row)
        {
            return Problems.CheckpointNotFound(reference);
        }

        if (await checkpoints.HeaderAsync(row, token) is not { } header)
        {
            return Problems.CheckpointChanged(row.Id);
        }

        NetworkDefinition network = NetworkDefinition.For(row.Settings);
        CardData data = await DataAsync(row, token);
        List<StoredEvaluation> evaluated = await evaluations.ListAsync(
            row.Id, dataset: null, status: null, before: null, MaxEvaluations, token);
        StoredVerification? verified = await verifications.NewestAsync(row.Id, row.Sha256, token);
        ArchitectureDescriptor architecture = Architectures.Of(row.Architecture);
        return new CardResponse(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{architecture.Label}: an autoencoder of {network.Input} images with a code of {network.CodeShape.Count} numbers"),
            Description(row, network, architecture),
            CheckpointResponse.Of(row),
            network.ParameterCount,
            data,
            header.Environment,
            Losses(row, header, data),
            [.. evaluated.Take(MaxEvaluations).Where(each => each.Row.Result is not null).Select(Evaluation)],
            verified is null ? null : VerificationResponse.Of(verified),
            IntendedUse(row, network),
            Limits(row, network));
    }

    private static string[] Description(CheckpointRow row, NetworkDefinition network, ArchitectureDescriptor architecture) =>
    [
        architecture.Description[..(architecture.Description.IndexOf('.', StringComparison.Ordinal) + 1)], // what follows compares
        string.Create(
            CultureInfo.InvariantCulture,
            $"It turns an image of {network.Input.Count} numbers ({network.Input}: channels, height, width) into a code of "
            + $"{network.CodeShape.Count} ({network.CodeShape}), and that into an image again, by {network.ParameterCount} parameters."),
        string.Create(CultureInfo.InvariantCulture, $"It was trained for {row.Step} of {row.Settings.Steps} steps."),
        row.Provenance is { } provenance ? $"It comes with the service, made by the command `{provenance.Command}`."
            : row.JobId is { } job ? $"The training job {job} of this service wrote it."
            : "It was imported: its step, settings and losses are what its file states, not what this service measured.",
    ];

    private async Task<CardData> DataAsync(CheckpointRow row, CancellationToken token)
    {
        TrainingSettings settings = row.Settings;
        (string Sha256, int[] Splits)? here = row.DatasetSha256 is null ? null : await datasets.ContentAsync(settings.Dataset, token);
        Dictionary<string, int>? splits = here is { } content && content.Sha256 == row.DatasetSha256
            ? Dataset.Splits.Zip(content.Splits).ToDictionary(split => split.First, split => split.Second)
            : null;
        string labels = settings.Labels is { } some
            ? string.Create(CultureInfo.InvariantCulture, $", of these the images of the labels {string.Join(", ", some)} alone") : "";
        string noise = settings.Noise is { } added
            ? string.Create(CultureInfo.InvariantCulture, $", with {JsonConventions.Name(added.Kind)} noise of {added.Amount} on the input")
            : "";
        string what = row.Provenance is { } provenance ? provenance.TrainedOn
            : splits is null ? $"The data set {settings.Dataset}, whose content is not at hand"
            : string.Create(
                CultureInfo.InvariantCulture,
                $"The data set {settings.Dataset}: {splits["train"]} training images, {splits["validation"]} validation images, "
                + $"{splits["test"]} test images");
        return new CardData(
            settings.Dataset, row.DatasetSha256, splits, settings.Labels, settings.Noise, $"{what}{labels}{noise}.");
    }

    private static CardNumber[] Losses(CheckpointRow row, CheckpointHeader header, CardData data)
    {
        bool isImported = row.JobId is null && row.Provenance is null;
        string noise = row.Settings.Noise is null ? "" : ", from noisy images to clean ones";
        string when = string.Create(CultureInfo.InvariantCulture, $"after step {header.EvaluatedStep}{noise}");
        (string Name, double? Value, string MeasuredBy)[] all =
        [
            ("train", row.Losses.Train, header.EvaluatedStep == 0
                ? $"mean squared error per pixel of the first batch, before training{noise}"
                : $"mean squared error per pixel over the training batches since the evaluation before, {when}"),
            ("validation", row.Losses.Validation, $"mean squared error per pixel on {Images("validation")}, {when}"),
            ("test", row.Losses.Test, $"mean squared error per pixel on {Images("test")}, after the last step ({header.Step}){noise}"),
        ];
        return
        [
            .. all.Where(loss => loss.Value is not null).Select(loss => new CardNumber(
                loss.Name, loss.Value!.Value, isImported ? $"stated by the imported file: {loss.MeasuredBy}" : loss.MeasuredBy)),
        ];

        string Images(string split) => (data.Splits?[split], data.Labels) switch
        {
            ({ } count, null) => string.Create(CultureInfo.InvariantCulture, $"the {split} split, {count} images"),
            (_, null) => $"the {split} split",
            (_, { } labels) => string.Create(
                CultureInfo.InvariantCulture, $"the images of the labels {string.Join(", ", labels)} of the {split} split"),
        };
    }

    private static CardEvaluation Evaluation(StoredEvaluation evaluation)
    {
        (EvaluationRow row, EvaluationResult result) = (evaluation.Row, evaluation.Row.Result!);
        string images = string.Create(CultureInfo.InvariantCulture, $"the {row.Split} split of {row.Dataset}, {result.Count} images");
        var numbers = new List<CardNumber> { new("loss.mean", result.Loss.Mean, $"mean squared error per pixel on {images}") };
        if (result.LabelAccuracy is { } accuracy)
        {
            (string Of, ClassifierAccuracies Found, string Words)[] all =
            [
                ("code", accuracy.Code, "the code"), ("pixels", accuracy.Pixels, "the pixels"),
                ("pca", accuracy.Pca, "as many principal components as the code has numbers, at most those of the image"),
            ];
            foreach ((string of, ClassifierAccuracies found, string words) in all)
            {
                string fitted = $"fraction of labels found from {words}, fitted on the training split, tested on {images}";
                numbers.Add(new($"labelAccuracy.{of}.knn", found.Knn, $"5 nearest neighbours: {fitted}"));
                numbers.Add(new($"labelAccuracy.{of}.ridge", found.Ridge, $"ridge classifier: {fitted}"));
            }
        }

        numbers.Add(new(
            "pcaLoss", result.PcaLoss,
            "mean squared error per pixel of PCA with as many components as the code has numbers, at most those of the image, on "
                + images));
        numbers.Add(new("codeDimensions", result.CodeDimensions, $"participation ratio of the codes' covariance on {images}"));
        string? against = row.Against == EvaluationRow.NoDataset ? null : row.Against;
        if (result.Anomaly is { } anomaly)
        {
            numbers.Add(new("anomaly.auroc", anomaly.Auroc, string.Create(
                CultureInfo.InvariantCulture,
                $"area under the ROC curve of the loss, {anomaly.Normal} normal and {anomaly.Anomalous} anomalous images"
                + $"{(against is null ? " of other labels" : $", those of {against} among them")}")));
        }

        return new CardEvaluation(row.JobId, row.Dataset, row.Split, against, numbers);
    }

    private static string[] IntendedUse(CheckpointRow row, NetworkDefinition network)
    {
        string images = Images(row, network);
        return
        [
            $"To teach and to look at: how an autoencoder encodes and reconstructs {images}, layer by layer.",
            row.Settings.Noise is null
                ? $"Its code can be compared, mapped and classified, and its loss scores how unlike its training images an image is."
                : $"It removes noise like that of its training from {images}.",
        ];
    }

    private static string[] Limits(CheckpointRow row, NetworkDefinition network)
    {
        var limits = new List<string>
        {
            $"It knows {Images(row, network)} and nothing else. Other images are cut to that size or refused, and what it makes of them "
                + "means nothing.",
            "A low mean squared error says that pixels are copied well. It says nothing of what the network has understood, nor of images "
                + "that are unlike those it was measured on.",
        };
        if (network.Compression <= 1)
        {
            limits.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Its code has {network.CodeShape.Count} numbers for {network.Input.Count}: no bottleneck, so a copy needs no "
                    + $"understanding."));
        }

        if (row.Settings.Labels is { } labels)
        {
            limits.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"It has seen images of the labels {string.Join(", ", labels)} alone; all others are foreign."));
        }

        if (row.Step < row.Settings.Steps)
        {
            limits.Add("Its training had not ended: it is a state on the way, and no test loss was measured.");
        }

        limits.Add("One seed is one sample: another seed gives other numbers.");
        limits.Add("It must decide nothing about people: not who wrote a digit, nor whether a document is genuine.");
        return [.. limits];
    }

    private static string Images(CheckpointRow row, NetworkDefinition network)
    {
        string size = string.Create(CultureInfo.InvariantCulture, $"{network.Input.Height}×{network.Input.Width}");
        return row.Settings.Dataset switch
        {
            _ when row.Settings.Dataset == MirroredSet.Mnist.Name => $"handwritten digits prepared as MNIST's, {size} pixels",
            _ when row.Settings.Dataset == MirroredSet.FashionMnist.Name => $"items of clothing prepared as Fashion-MNIST's, {size} pixels",
            SyntheticDigits.Name => $"digits generated by this service, {size} pixels",
            var name => $"images like those of the data set {name}, {size} pixels",
        };
    }
}
