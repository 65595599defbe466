using System.Globalization;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Datasets;

/// <summary>How to divide images that come without splits.</summary>
internal sealed record SplitWish(int Seed, double Validation, double Test);

/// <summary>A data set that was sent, and is stored.</summary>
/// <param name="IsNew">False where the very same data set was there already.</param>
internal sealed record StoredDataset(DatasetRow Row, bool IsNew);

/// <summary>
/// Turns a body into a stored data set: first to disk as it arrives, then decoded and stored, one at a time for the memory that
/// takes.
/// </summary>
internal sealed class DatasetUploads(DatasetStore store, Staging staging, IOptions<LimitsOptions> options) : IDisposable
{
    public const string ZipType = "application/zip";

    /// <summary>Of a request that sends a data set.</summary>
    public static readonly ProblemType[] Refusals =
        [ProblemType.DatasetMissing, ProblemType.DatasetUnusable, .. RequestMemory.Refusals];

    private readonly SemaphoreSlim _turns = new(1);

    public async Task<Result<StoredDataset, ProblemHttpResult>> PutAsync(
        string name,
        HttpRequest request,
        SplitWish wish,
        CancellationToken token)
    {
        if (request.IsFileForm())
        {
            return await PutFormAsync(name, request, wish, token);
        }

        byte[] first = await FirstBytes.PeekAsync(request, token);
        string? found = FirstBytes.Tell(first);
        if (first.Length == 0)
        {
            return Problems.DatasetMissing(
                "The body is empty. Send a zip of PNGs: curl -X PUT -H 'Content-Type: application/zip' --data-binary @images.zip");
        }

        if (found != FirstBytes.Zip && (found is not null || !request.HasMediaType(ZipType)))
        {
            string fields = string.Join(", ", IdxFormReader.Names);
            return Problems.MediaTypeUnsupported(
                $"{FirstBytes.Said(found)}Send a zip of PNGs as {ZipType}, or IDX files as the fields {fields} of {FileForm.MediaType}.");
        }

        await using FileStream file = await staging.CopyAsync(request.Body, token);
        return await StoreAsync(name, wish, () => ZipImageReader.Read(file, options.Value, request.HttpContext.Memory(), token), token);
    }

    public void Dispose() => _turns.Dispose();

    private async Task<Result<StoredDataset, ProblemHttpResult>> PutFormAsync(
        string name,
        HttpRequest request,
        SplitWish wish,
        CancellationToken token)
    {
        var files = new Dictionary<string, FileStream>();
        try
        {
            return await IdxFormReader.StageAsync(request, staging, files, token) is { } problem
                ? problem
                : await StoreAsync(name, wish, () => IdxFormReader.Read(files, options.Value, request.HttpContext.Memory()), token);
        }
        finally
        {
            foreach (FileStream file in files.Values)
            {
                await file.DisposeAsync();
            }
        }
    }

    private async Task<Result<StoredDataset, ProblemHttpResult>> StoreAsync(
        string name,
        SplitWish wish,
        Func<Result<UploadedImages, ProblemHttpResult>> read,
        CancellationToken token)
    {
        await _turns.WaitAsync(token);
        try
        {
            return (await Task.Run(read, token)).TryGet(out UploadedImages? images, out ProblemHttpResult? problem)
                ? await StoreAsync(name, wish, images, token)
                : problem;
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task<Result<StoredDataset, ProblemHttpResult>> StoreAsync(
        string name,
        SplitWish wish,
        UploadedImages images,
        CancellationToken token)
    {
        if (DatasetSplitter.Split(images.Train, images.Validation, images.Test, wish.Seed, wish.Validation, wish.Test) is not { } splits)
        {
            return Problems.DatasetUnusable(
                $"There are {images.Train.Count} images to train on; with the fractions requested for validation and test none of them "
                + $"is left."
            );
        }

        DatasetRow row = DatasetContent.Row(name, splits, images.Labels);
        DatasetRow? there = await store.FindAsync(name, token);
        there ??= (await store.ListAsync(token)).Count < options.Value.Datasets ? await store.AddAsync(row, splits, token) : null;
        return there is null
                ? Problems.Conflict($"There are {options.Value.Datasets} data sets already (Limits:Datasets). DELETE one first.")
            : there.Id == row.Id ? new StoredDataset(row, IsNew: true)
            : IsSame(there, row) ? new StoredDataset(there, IsNew: false)
            : Problems.Conflict(
                $"There is another data set '{name}', and a stored one never changes: jobs go on from its bytes. DELETE it first, or "
                + $"choose another name."
            );
    }

    private static bool IsSame(DatasetRow a, DatasetRow b) =>
        (a.Sha256, a.Shape, a.Train, a.Validation, a.Test) == (b.Sha256, b.Shape, b.Train, b.Validation, b.Test)
        && a.Labels.Count == b.Labels.Count && a.Labels.All(label => b.Labels.GetValueOrDefault(label.Key) == label.Value);
}

internal static class DatasetUploadConventions
{
    /// <summary>Lets an endpoint's body be a data set: a zip of PNGs, or a form of IDX files.</summary>
    public static RouteHandlerBuilder AcceptsDataset(this RouteHandlerBuilder endpoint) => endpoint
        .TakesUpTo(limits => limits.DatasetUploadBytes)
        .TakesFile(DatasetUploads.ZipType, limits => string.Create(
            CultureInfo.InvariantCulture,
            $"A zip of at most {limits.DatasetUploadBytes:N0} bytes with 3 to {limits.DatasetPictures:N0} PNGs of one size, "
            + $"both sides multiples of 4 up to {limits.DatasetSide} pixels. Folders may name the split (`train`, `validation`, `test`, "
            + $"and other usual names) and the label (0 to 255, or a class by name): see docs/datasets.md."))
        .TakesForm(
            (IdxFormReader.Images, _ => "An IDX file of bytes, plain or gzip: [count, height, width] or [count, channels, height, width]."),
            (IdxFormReader.Labels, _ => "An IDX file of one byte for each of the `images`."),
            (IdxFormReader.TestImages, _ => "The test split, of the same shape; by default it is split off from the `images`."),
            (IdxFormReader.TestLabels, _ => "An IDX file of one byte for each of the `testImages`."))
        .WithMetadata(new OneBodyMetadata())
        .ProducesProblems(DatasetUploads.Refusals);
}
