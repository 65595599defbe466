using System.IO.Compression;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Datasets;

/// <summary>Reads a form of IDX files, each plain or gzip: <c>images</c>, and if they are there <c>labels</c>, <c>testImages</c> and <c>testLabels</c>.</summary>
internal static class IdxFormReader
{
    public const string Images = "images", Labels = "labels", TestImages = "testImages", TestLabels = "testLabels";

    public static readonly IReadOnlyList<string> Names = [Images, Labels, TestImages, TestLabels];

    /// <summary>Copies the form's files to disk as they come.</summary>
    /// <param name="files">Gets a file for each part, the caller's to dispose of whatever comes of this.</param>
    /// <returns>What is wrong with the form, or null.</returns>
    public static async Task<ProblemHttpResult?> StageAsync(
        HttpRequest request, Staging staging, Dictionary<string, FileStream> files, CancellationToken token)
    {
        ProblemHttpResult? problem = await FileForm.ReadAsync(
            request,
            Names,
            Problems.DatasetMissing,
            async (name, part) =>
            {
                files[name] = await staging.CopyAsync(part, token);
                return null;
            },
            token);
        return problem is not null || files.ContainsKey(Images)
            ? problem
            : Problems.DatasetMissing(
                $"The form has no file called '{Images}'. Send one: "
                + $"curl -X PUT -F {Images}=@images-idx3-ubyte.gz -F {Labels}=@labels-idx1-ubyte.gz");
    }

    public static UploadedImages Read(IReadOnlyDictionary<string, FileStream> files, LimitsOptions limits, RequestMemory memory)
    {
        if (files.ContainsKey(TestLabels) && !files.ContainsKey(TestImages))
        {
            return UploadedImages.Unusable($"The form has a file '{TestLabels}' and none '{TestImages}'.");
        }

        (DatasetSplit? train, UploadedImages? refused) = ReadPair(files, Images, Labels, limits, limits.DatasetBytes, memory);
        if (train is null)
        {
            return refused!;
        }

        bool hasLabels = files.ContainsKey(Labels);
        if (!files.ContainsKey(TestImages))
        {
            return new UploadedImages.Read(train, Validation: null, Test: null, hasLabels ? UploadedImages.Numbers : null);
        }

        (DatasetSplit? test, refused) = ReadPair(files, TestImages, TestLabels, limits, limits.DatasetBytes - (train.Count * train.PixelsPerImage), memory);
        return test is null ? refused!
            : test.Shape != train.Shape ? UploadedImages.Unusable($"'{TestImages}' has images of {Text(test.Shape)} and '{Images}' of {Text(train.Shape)} (channels×height×width); they must be the same.")
            : files.ContainsKey(TestLabels) != hasLabels ? UploadedImages.Unusable($"'{Labels}' and '{TestLabels}' must both be there, or neither.")
            : train.Count + test.Count > limits.DatasetPictures ? UploadedImages.Unusable(TooMany(train.Count + test.Count, limits))
            : new UploadedImages.Read(train, Validation: null, test, hasLabels ? UploadedImages.Numbers : null);
    }

    private static (DatasetSplit? Set, UploadedImages? Refused) ReadPair(
        IReadOnlyDictionary<string, FileStream> files, string imagesName, string labelsName, LimitsOptions limits, int maxBytes, RequestMemory memory)
    {
        (IdxRead images, ProblemHttpResult? full) = Read(files[imagesName], imagesName, maxBytes, [3, 4], memory);
        if (images is not IdxRead.Array { Dimensions: [var count, .. var sizes], Data: var pixels })
        {
            return (null, Refusal(images, full));
        }

        TensorShape shape = new TensorShape(sizes.Length == 3 ? sizes[0] : ImageShapes.Gray, sizes[^2], sizes[^1]);
        if (count > limits.DatasetPictures)
        {
            return (null, UploadedImages.Unusable(TooMany(count, limits)));
        }

        if (ImageShapes.Violation(shape, limits.DatasetSide) is { } violation)
        {
            return (null, UploadedImages.Unusable($"Each image in '{imagesName}' {violation}"));
        }

        if (!files.TryGetValue(labelsName, out FileStream? labelsFile))
        {
            return (new DatasetSplit(shape, pixels, new byte[count]), null);
        }

        (IdxRead read, full) = Read(labelsFile, labelsName, limits.DatasetPictures, [1], memory);
        return read switch
        {
            IdxRead.Array labels when labels.Data.Length == count => (new DatasetSplit(shape, pixels, labels.Data), null),
            IdxRead.Array labels => (null, UploadedImages.Unusable(
                $"'{imagesName}' has {count} images and '{labelsName}' {labels.Data.Length} labels; each image needs one.")),
            _ => (null, Refusal(read, full)),
        };
    }

    private static UploadedImages.Refused Refusal(IdxRead read, ProblemHttpResult? full) =>
        full is not null ? new UploadedImages.Refused(full) : UploadedImages.Unusable(((IdxRead.Invalid)read).Reason);

    /// <returns>With <see cref="IdxRead.NoRoom"/> the problem that says so.</returns>
    private static (IdxRead Read, ProblemHttpResult? Full) Read(FileStream file, string name, int maxBytes, int[] ranks, RequestMemory memory)
    {
        ProblemHttpResult? full = null;
        Span<byte> start = stackalloc byte[2];
        bool isGzip = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start is [0x1f, 0x8b]; // RFC 1952
        file.Position = 0;
        try
        {
            using Stream stream = isGzip ? new GZipStream(file, CompressionMode.Decompress, leaveOpen: true) : file;
            return (IdxFile.Read(stream, $"'{name}'", maxBytes, ranks, bytes => (full = memory.Take(bytes)) is null), full);
        }
        catch (InvalidDataException e)
        {
            return (new IdxRead.Invalid($"'{name}' is damaged: {e.Message}"), null);
        }
    }

    private static string TooMany(int count, LimitsOptions limits) => $"There are {count} images; at most {limits.DatasetPictures} are taken (Limits:DatasetPictures).";

    private static string Text(TensorShape shape) => string.Join('×', shape.ToArray());
}
