using System.Buffers.Binary;
using System.IO.Compression;

namespace AutoencoderApi.Domain.Datasets;

/// <summary>What came of reading an IDX file: its bytes with their dimensions, or what is wrong with the file.</summary>
public abstract record IdxRead
{
    private IdxRead()
    {
    }

    public sealed record Array(int[] Dimensions, ReadOnlyMemory<byte> Data) : IdxRead;

    public sealed record Invalid(string Reason) : IdxRead;
}

/// <summary>
/// IDX files of unsigned bytes, gzip or plain (yann.lecun.com/exdb/mnist): two zero bytes, type 0x08, the number of
/// dimensions, each dimension as a big-endian 32-bit number, the data. Exactly as long as that says.
/// </summary>
public static class IdxFile
{
    private const int MaxBytes = 1 << 30;

    public static IdxRead Read(string path, int rank)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            using Stream stream = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
            return Read(stream, path, rank);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return new IdxRead.Invalid($"{path} cannot be read: {e.Message}");
        }
    }

    private static IdxRead Read(Stream stream, string path, int rank)
    {
        Span<byte> header = stackalloc byte[4 + (4 * rank)];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            return new IdxRead.Invalid($"{path} is truncated: it ends within its header.");
        }

        uint magic = BinaryPrimitives.ReadUInt32BigEndian(header), expected = 0x0800u + (uint)rank;
        if (magic != expected)
        {
            return new IdxRead.Invalid($"{path} begins with {magic:x8}; an IDX file of bytes in {rank} dimensions begins with {expected:x8}.");
        }

        int[] dimensions = new int[rank];
        long size = 1;
        for (int i = 0; i < rank; i++)
        {
            uint dimension = BinaryPrimitives.ReadUInt32BigEndian(header[(4 + (4 * i))..]);
            size *= dimension;
            if (size is 0 or > MaxBytes)
            {
                return new IdxRead.Invalid($"{path} claims a size of 0 or of more than {MaxBytes} bytes.");
            }

            dimensions[i] = (int)dimension;
        }

        byte[] data = new byte[size];
        int read = stream.ReadAtLeast(data, data.Length, throwOnEndOfStream: false);
        if (read < data.Length)
        {
            return new IdxRead.Invalid($"{path} is truncated: it holds {read} bytes of data and its header says {size}.");
        }

        return stream.ReadByte() < 0
            ? new IdxRead.Array(dimensions, data)
            : new IdxRead.Invalid($"{path} goes on after the {size} bytes of data that its header says.");
    }
}
