using System.IO.Compression;
using System.IO.Hashing;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Http;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;

using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Datasets;

/// <summary>Reads a zip of PNGs, all of one size, in the order of their names.</summary>
internal static class ZipImageReader
{
    private const int MaxEntryBytes = 1 << 20; // of a PNG: 128 × 128 pixels of 16 bits in four channels are an eighth of it
    private const int HeaderBytes = 256; // of an entry in the directory, as a bound on all of them together

    private sealed record Entry(ZipArchiveEntry File, ZipEntryName Name)
    {
        public string Shown => ZipEntryName.Shown(File.FullName);
    }

    public static Result<UploadedImages, ProblemHttpResult> Read(
        FileStream file,
        LimitsOptions limits,
        RequestMemory memory,
        CancellationToken token)
    {
        try
        {
            using LengthLimitedStream bounded = new LengthLimitedStream(file, ((long)limits.DatasetPictures * HeaderBytes) + (128 * 1024));
            using var archive = new ZipArchive(bounded, ZipArchiveMode.Read);
            Entry[] entries =
            [
                .. from entry in archive.Entries
                let name = ZipEntryName.Read(entry.FullName)
                where name is not null
                select new Entry(entry, name),
            ];
            bounded.Lift();
            Array.Sort(entries, (a, b) =>
                (a.Name.Split, string.CompareOrdinal(a.File.FullName, b.File.FullName)).CompareTo((b.Name.Split, 0)));
            return Fault(entries, limits) is { } fault ? Problems.DatasetUnusable(fault) : Read(entries, limits, memory, token);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or NotSupportedException)
        {
            return Problems.DatasetUnusable($"The zip cannot be read: {e.Message}");
        }
    }

    /// <summary>What is known before the images are decoded.</summary>
    private static string? Fault(Entry[] entries, LimitsOptions limits) => entries.Length == 0 || entries.Length > limits.DatasetPictures
        ? $"The zip has {entries.Length} images; 1 to {limits.DatasetPictures} are taken (Limits:DatasetPictures)."
        : StrangerFault(entries) ?? SplitFault(entries) ?? ZipLabels.Fault([.. entries.Select(entry => (entry.Name, entry.Shown))]);

    /// <summary>The first entry that is encrypted, or no PNG by its first bytes where its name does not claim it.</summary>
    private static string? StrangerFault(Entry[] entries)
    {
        foreach (Entry entry in entries)
        {
            if (entry.File.IsEncrypted)
            {
                return $"{entry.Shown} is encrypted. Pack the zip without a password.";
            }

            if (!entry.File.FullName.EndsWith(".png", StringComparison.OrdinalIgnoreCase) && NoPng(Start(entry.File)) is { } stranger)
            {
                return $"{entry.Shown} {stranger}";
            }
        }

        return null;
    }

    private static string? SplitFault(Entry[] entries)
    {
        if (Array.Find(entries, entry => entry.Name.Doubt is not null) is { } unsure)
        {
            return $"{unsure.Shown} {unsure.Name.Doubt}";
        }

        Entry? stray = Array.Find(entries, entry => entry.Name.Split < 0 != entries[^1].Name.Split < 0);
        return stray is not null || entries[0].Name.Split > 0
            ? $"{(stray ?? entries[0]).Shown} leaves it open what is for training: "
                + $"put all images into folders train, validation and test (at least train), or none."
            : null;
    }

    /// <summary>What the file is instead, in words; null of a PNG.</summary>
    private static string? NoPng(ReadOnlySpan<byte> start) =>
        FirstBytes.Tell(start) switch
        {
            FirstBytes.Png => null,
            null => "is no PNG. Leave it out.",
            var other => $"is {other}, no PNG. Convert it, or leave it out.",
        };

    private static Result<UploadedImages, ProblemHttpResult> Read(
        Entry[] entries,
        LimitsOptions limits,
        RequestMemory memory,
        CancellationToken token)
    {
        ImageBatchBuilder? stack = null;
        long unpacked = 0;
        foreach (Entry entry in entries)
        {
            token.ThrowIfCancellationRequested();
            byte[] png = Unpack(entry.File);
            unpacked += png.Length;
            if (unpacked > limits.DatasetBytes)
            {
                return Problems.DatasetUnusable(
                    $"{entry.Shown}: up to here the archive unpacks to more than {limits.DatasetBytes} bytes (Limits:DatasetBytes).");
            }

            StackFault? fault = ImageType.PngSize(png) is not var (width, height)
                ? new(NoPng(png) ?? "is a damaged PNG: its header cannot be read.")
                : ImageBatchBuilder.Fault(ref stack, entries.Length, width, height, limits, memory) ?? stack!.Add(png);
            if (fault is not null)
            {
                return fault.Full ?? Problems.DatasetUnusable($"{entry.Shown} {fault.Reason}");
            }
        }

        ZipLabels labels = ZipLabels.Of([.. entries.Select(entry => entry.Name)]);
        DatasetSplit all = new DatasetSplit(stack!.Shape, stack.Pixels, labels.Values);
        int[] counts =
        [
            .. Enumerable.Range(0, Dataset.Splits.Count).Select(split => entries.Count(entry => Math.Max(0, entry.Name.Split) == split)),
        ];
        return new UploadedImages(
            all.Slice(0, counts[0]),
            counts[1] == 0 ? null : all.Slice(counts[0], counts[1]),
            counts[2] == 0 ? null : all.Slice(counts[0] + counts[1], counts[2]),
            labels.Names);
    }

    private static byte[] Start(ZipArchiveEntry entry)
    {
        byte[] start = new byte[FirstBytes.Count];
        using Stream stream = entry.Open();
        return start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
    }

    private static byte[] Unpack(ZipArchiveEntry entry)
    {
        string shown = ZipEntryName.Shown(entry.FullName);
        if (entry.Length > MaxEntryBytes)
        {
            throw new InvalidDataException($"{shown} has more than {MaxEntryBytes} bytes.");
        }

        byte[] content = new byte[entry.Length];
        using Stream stream = entry.Open();
        int read = stream.ReadAtLeast(content, content.Length, throwOnEndOfStream: false);
        return read == content.Length && stream.ReadByte() < 0 && Crc32.HashToUInt32(content) == entry.Crc32
            ? content
            : throw new InvalidDataException($"{shown} is damaged: it is not of the length and checksum that the archive says.");
    }
}
