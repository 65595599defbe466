using System.Buffers.Binary;
using System.IO.Compression;
using System.Net.Http.Headers;
using AutoencoderApi.Api.Tests.Images;
using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Api.Tests.Datasets;

/// <summary>Images of somebody's own, and the files in which they may be sent.</summary>
internal static class OwnImages
{
    public const int Side = 28;

    /// <summary>Noise that tells by its seed which image it is.</summary>
    public static byte[] Noise(int seed, int length = Side * Side)
    {
        var random = new SplitMix64((ulong)seed);
        byte[] pixels = new byte[length];
        for (int i = 0; i < length; i++)
        {
            pixels[i] = (byte)random.NextBelow(256);
        }

        return pixels;
    }

    public static byte[] Png(int seed, int width = Side, int height = Side) =>
        PngFile.Write(width, height, 8, PngFile.Gray, Noise(seed, width * height));

    /// <summary>In the folders 0 to 9 by turns.</summary>
    public static (string Name, byte[] Content)[] Labelled(int count) =>
        [.. Enumerable.Range(0, count).Select(i => ($"{i % 10}/{i:d4}.png", Png(i)))];

    public static byte[] Zip(IEnumerable<(string Name, byte[] Content)> entries, CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var packed = new MemoryStream();
        using (var archive = new ZipArchive(packed, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach ((string name, byte[] content) in entries)
            {
                using Stream entry = archive.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }

        return packed.ToArray();
    }

    public static byte[] Idx(byte[] data, params int[] dimensions)
    {
        byte[] file = new byte[4 + (4 * dimensions.Length) + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(file, 0x0800 + dimensions.Length);
        for (int i = 0; i < dimensions.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 + (4 * i)), dimensions[i]);
        }

        data.CopyTo(file, 4 + (4 * dimensions.Length));
        return file;
    }

    public static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    public static Task<HttpResponseMessage> PutZip(this ServiceClient service, string name, byte[] zip, string query = "") =>
        service.Http.PutAsync(
            $"/v1/datasets/{name}{query}",
            new ByteArrayContent(zip) { Headers = { ContentType = new MediaTypeHeaderValue("application/zip") } });

    public static Task<HttpResponseMessage> PutForm(this ServiceClient service, string name, params (string Field, byte[] File)[] files)
    {
        var form = new MultipartFormDataContent();
        foreach ((string field, byte[] file) in files)
        {
            form.Add(new ByteArrayContent(file), field, field);
        }

        return service.Http.PutAsync($"/v1/datasets/{name}", form);
    }
}
