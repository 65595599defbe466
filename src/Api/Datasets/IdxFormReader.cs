using System.IO.Compression;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Datasets;

/// <summary>
/// Reads a form of IDX files, each plain or gzip: <c>images</c>, and if they are there <c>labels</c>, <c>testImages</c> and
/// <c>testLabels</c>.
/// </summary>
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

    public static Result<UploadedImages, ProblemHttpResult> Read(
        IReadOnlyDictionary<string, FileStream> files,
        LimitsOptions limits,
        RequestMemory memory)
    {
        if (files.ContainsKey(TestLabels) && !files.ContainsKey(TestImages))
        {
            return Problems.DatasetUnusable($"The form has a file '{TestLabels}' and none '{TestImages}'.");
        }

        if (!ReadPair(files, Images, Labels, limits, limits.DatasetBytes, memory)
                .TryGet(out DatasetSplit? train, out ProblemHttpResult? problem))
        {
            return problem;
        }

        bool hasLabels = files.ContainsKey(Labels);
        if (!files.ContainsKey(TestImages))
        {
            return new UploadedImages(train, Validation: null, Test: null, hasLabels ? UploadedImages.Numbers : null);
        }

        int rest = limits.DatasetBytes - (train.Count * train.PixelsPerImage);
        if (!ReadPair(files, TestImages, TestLabels, limits, rest, memory).TryGet(out DatasetSplit? test, out problem))
        {
            return problem;
        }

        return test.Shape != train.Shape
                ? Problems.DatasetUnusable(
                    $"'{TestImages}' has images of {Text(test.Shape)} and '{Images}' of {Text(train.Shape)} (channels×height×width); "
                    + $"they must be the same."
                )
            : files.ContainsKey(TestLabels) != hasLabels
                ? Problems.DatasetUnusable($"'{Labels}' and '{TestLabels}' must both be there, or neither.")
            : train.Count + test.Count > limits.DatasetPictures ? Problems.DatasetUnusable(TooMany(train.Count + test.Count, limits))
            : new UploadedImages(train, Validation: null, test, hasLabels ? UploadedImages.Numbers : null);
    }

    private static Result<DatasetSplit, ProblemHttpResult> ReadPair(
        IReadOnlyDictionary<string, FileStream> files,
        string imagesName,
        string labelsName,
        LimitsOptions limits,
        int maxBytes,
        RequestMemory memory)
    {
        if (!Read(files[imagesName], imagesName, maxBytes, [3, 4], memory).TryGet(out IdxArray? images, out ProblemHttpResult? problem))
        {
            return problem;
        }

        (int count, int[] sizes) = (images.Dimensions[0], images.Dimensions[1..]);
        TensorShape shape = new TensorShape(sizes.Length == 3 ? sizes[0] : ImageShapes.Gray, sizes[^2], sizes[^1]);
        if (count > limits.DatasetPictures)
        {
            return Problems.DatasetUnusable(TooMany(count, limits));
        }

        if (ImageShapes.Violation(shape, limits.DatasetSide) is { } violation)
        {
            return Problems.DatasetUnusable($"Each image in '{imagesName}' {violation}");
        }

        if (!files.TryGetValue(labelsName, out FileStream? labelsFile))
        {
            return new DatasetSplit(shape, images.Data, new byte[count]);
        }

        if (!Read(labelsFile, labelsName, limits.DatasetPictures, [1], memory).TryGet(out IdxArray? labels, out problem))
        {
            return problem;
        }

        return labels.Data.Length == count
            ? new DatasetSplit(shape, images.Data, labels.Data)
            : Problems.DatasetUnusable(
                $"'{imagesName}' has {count} images and '{labelsName}' {labels.Data.Length} labels; each image needs one.");
    }

    private static Result<IdxArray, ProblemHttpResult> Read(FileStream file, string name, int maxBytes, int[] ranks, RequestMemory memory)
    {
        Span<byte> start = stackalloc byte[2];
        bool isGzip = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start is [0x1f, 0x8b]; // RFC 1952
        file.Position = 0;
        try
        {
            using Stream stream = isGzip ? new GZipStream(file, CompressionMode.Decompress, leaveOpen: true) : file;
            if (!IdxFile.ReadDimensions(stream, $"'{name}'", maxBytes, ranks).TryGet(out int[]? dimensions, out string? fault))
            {
                return Problems.DatasetUnusable(fault);
            }

            if (memory.Take(IdxFile.Size(dimensions)) is { } full)
            {
                return full;
            }

            return IdxFile.ReadData(stream, $"'{name}'", dimensions).TryGet(out byte[]? data, out fault)
                ? new IdxArray(dimensions, data)
                : Problems.DatasetUnusable(fault);
        }
        catch (InvalidDataException e)
        {
            return Problems.DatasetUnusable($"'{name}' is damaged: {e.Message}");
        }
    }

    private static string TooMany(int count, LimitsOptions limits) =>
        $"There are {count} images; at most {limits.DatasetPictures} are taken (Limits:DatasetPictures).";

    private static string Text(TensorShape shape) => string.Join('×', shape.ToArray());
}
