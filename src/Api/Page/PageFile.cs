using System.IO.Compression;
using System.Security.Cryptography;
using AutoencoderApi.Api.Conditions;
using AutoencoderApi.Api.Http;
using Microsoft.Net.Http.Headers;

namespace AutoencoderApi.Api.Page;

/// <summary>A file of the page in memory, compressed when first requested in a coding. Each representation has its own ETag.</summary>
internal sealed class PageFile(byte[] content, string contentType)
{
    private readonly string _sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
    private readonly Lazy<byte[]> _brotli = new(() => Packed(content, packed => new BrotliStream(packed, CompressionLevel.SmallestSize)));
    private readonly Lazy<byte[]> _gzip = new(() => Packed(content, packed => new GZipStream(packed, CompressionLevel.SmallestSize)));

    public async Task SendAsync(HttpContext context)
    {
        string? coding = context.PreferredCoding();
        EntityTagHeaderValue tag = ConditionalRequests.EntityTag(_sha256, coding);
        HttpResponse response = context.Response;
        response.GetTypedHeaders().ETag = tag;
        response.Headers.CacheControl = "no-cache"; // asked for again by its ETag, so that all files are of one version
        response.VariesByCoding();
        if (context.Request.HasCopy(tag))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        byte[] body = coding switch { "br" => _brotli.Value, "gzip" => _gzip.Value, _ => content };
        response.ContentType = contentType;
        response.Headers.ContentEncoding = coding;
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, context.RequestAborted); // of which Kestrel sends nothing to HEAD
    }

    private static byte[] Packed(byte[] content, Func<Stream, Stream> compressor)
    {
        using var packed = new MemoryStream();
        using (Stream stream = compressor(packed))
        {
            stream.Write(content);
        }

        return packed.ToArray();
    }
}
