using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Evaluations;
using AutoencoderApi.Training.Evaluations;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Evaluations;

/// <summary>What is measured on a data set beside any network: once for its content, and then kept.</summary>
internal sealed class DatasetBaselines(IDbContextFactory<AppDbContext> stores, DatasetCatalog datasets)
{
    public async Task<DatasetBaseline> GetAsync(
        Dataset dataset, string split, bool hasLabels, int components, int threads, CancellationToken token)
    {
        string? fingerprint = await datasets.FingerprintAsync(dataset.Name, token);
        DatasetBaselineRow? pixels = await FindAsync(fingerprint, split, DatasetBaselineRow.Pixels, token);
        if (await FindAsync(fingerprint, split, components, token) is { } pca && (pixels is not null || !hasLabels))
        {
            return new DatasetBaseline(Accuracies(pixels), Accuracies(pca), pca.Loss);
        }

        DatasetBaseline measured = await Task.Run(
            () => DatasetBaseline.Measure(
                dataset, dataset.Split(split)!, hasLabels, components, Accuracies(pixels), threads, token),
            token);
        if (fingerprint is not null)
        {
            await PutAsync(fingerprint, split, DatasetBaselineRow.Pixels, measured.Pixels, loss: 0, token);
            await PutAsync(fingerprint, split, components, measured.Pca, measured.PcaLoss, token);
        }

        return measured;
    }

    private static ClassifierAccuracies? Accuracies(DatasetBaselineRow? row) =>
        row is { Knn: { } knn, Ridge: { } ridge } ? new ClassifierAccuracies(knn, ridge) : null;

    private async Task<DatasetBaselineRow?> FindAsync(string? fingerprint, string split, int components, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        return await store.DatasetBaselines.AsNoTracking().FirstOrDefaultAsync(
            row => row.Fingerprint == fingerprint && row.Split == split && row.Components == components, token);
    }

    /// <summary>Keeps a measurement, unless another worker has kept the same.</summary>
    private async Task PutAsync(
        string fingerprint, string split, int components, ClassifierAccuracies? accuracies, double loss, CancellationToken token)
    {
        await using AppDbContext store = await stores.CreateDbContextAsync(token);
        store.DatasetBaselines.Add(new DatasetBaselineRow
        {
            Fingerprint = fingerprint,
            Split = split,
            Components = components,
            Knn = accuracies?.Knn,
            Ridge = accuracies?.Ridge,
            Loss = loss,
        });
        await store.TrySaveAsync(answer: null, token, mayBeTaken: true);
    }
}
