using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Datasets;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Datasets;

/// <summary>How to divide pictures that come without splits.</summary>
internal sealed record SplitWish(int Seed, double Validation, double Test);

/// <summary>What came of storing a data set.</summary>
internal abstract record DatasetPut
{
    /// <param name="IsNew">False where the very same data set was there already.</param>
    internal sealed record Stored(DatasetRow Row, bool IsNew) : DatasetPut;

    internal sealed record Refused(ProblemHttpResult Problem) : DatasetPut;

    public static implicit operator DatasetPut(ProblemHttpResult problem) => new Refused(problem);
}

/// <summary>Turns a body into a stored data set: first to disk as it arrives, then decoded and stored, one at a time for the memory that takes.</summary>
internal sealed class DatasetUploads(DatasetStore store, Staging staging, IOptions<LimitsOptions> options) : IDisposable
{
    public const string ZipType = "application/zip";
    public const string FormType = "multipart/form-data";

    private readonly SemaphoreSlim _turns = new(1);

    public async Task<DatasetPut> PutAsync(string name, HttpRequest request, SplitWish wish, CancellationToken token)
    {
        bool hasType = MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type);
        if (hasType && type!.MediaType.Equals(ZipType, StringComparison.OrdinalIgnoreCase))
        {
            await using FileStream file = await staging.CopyAsync(request.Body, token);
            return file.Length == 0
                ? Problems.DatasetMissing("The body is empty. Send a zip of PNGs: curl -X PUT -H 'Content-Type: application/zip' --data-binary @pictures.zip")
                : await StoreAsync(name, wish, () => ZipPictures.Read(file, options.Value, token), token);
        }

        string? boundary = hasType ? HeaderUtilities.RemoveQuotes(type!.Boundary).Value : null;
        return hasType && type!.MediaType.Equals(FormType, StringComparison.OrdinalIgnoreCase) && !string.IsNullOrEmpty(boundary)
            ? await PutFormAsync(name, new MultipartReader(boundary, request.Body), wish, token)
            : Problems.MediaTypeUnsupported($"Send a zip of PNGs as {ZipType}, or IDX files as the fields {string.Join(", ", IdxParts.Names)} of {FormType}.");
    }

    public void Dispose() => _turns.Dispose();

    private async Task<DatasetPut> PutFormAsync(string name, MultipartReader form, SplitWish wish, CancellationToken token)
    {
        var files = new Dictionary<string, FileStream>();
        try
        {
            return await IdxParts.StageAsync(form, staging, files, token) is { } fault
                ? Problems.DatasetMissing(fault)
                : await StoreAsync(name, wish, () => IdxParts.Read(files, options.Value), token);
        }
        finally
        {
            foreach (FileStream file in files.Values)
            {
                await file.DisposeAsync();
            }
        }
    }

    private async Task<DatasetPut> StoreAsync(string name, SplitWish wish, Func<UploadedPictures> read, CancellationToken token)
    {
        await _turns.WaitAsync(token);
        try
        {
            return await Task.Run(read, token) switch
            {
                UploadedPictures.Refused refused => refused.Problem,
                UploadedPictures.Read pictures => await StoreAsync(name, wish, pictures, token),
                _ => throw new InvalidOperationException("unreachable"),
            };
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task<DatasetPut> StoreAsync(string name, SplitWish wish, UploadedPictures.Read pictures, CancellationToken token)
    {
        if (SplitDraw.Draw(pictures.Train, pictures.Validation, pictures.Test, wish.Seed, wish.Validation, wish.Test) is not { } splits)
        {
            return Problems.DatasetUnusable($"There are {pictures.Train.Count} pictures to train on; with the shares asked for validation and test none of them is left.");
        }

        DatasetRow row = DatasetContent.Row(name, splits, pictures.HasLabels);
        DatasetRow? there = await store.FindAsync(name, token);
        there ??= (await store.ListAsync(token)).Count < options.Value.Datasets ? await store.AddAsync(row, splits, token) : null;
        return there is null ? Problems.Conflict($"There are {options.Value.Datasets} data sets already (Limits:Datasets). DELETE one first.")
            : there.Id == row.Id ? new DatasetPut.Stored(row, IsNew: true)
            : IsSame(there, row) ? new DatasetPut.Stored(there, IsNew: false)
            : Problems.Conflict($"There is another data set '{name}', and a stored one never changes: jobs go on from its bytes. DELETE it first, or choose another name.");
    }

    private static bool IsSame(DatasetRow a, DatasetRow b) =>
        (a.Sha256, a.Channels, a.Height, a.Width, a.Train, a.Validation, a.Test, a.Labels.Count) == (b.Sha256, b.Channels, b.Height, b.Width, b.Train, b.Validation, b.Test, b.Labels.Count);
}
