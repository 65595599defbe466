using System.Buffers.Binary;
using System.IO.Compression;

namespace AutoencoderApi.Domain.Datasets;

/// <summary>The contents of an IDX file; the data are empty where only the header was read.</summary>
public sealed record IdxArray(int[] Dimensions, ReadOnlyMemory<byte> Data);

/// <summary>
/// IDX files of unsigned bytes, gzip or plain (yann.lecun.com/exdb/mnist): two zero bytes, type 0x08, the number of
/// dimensions, each dimension as a big-endian 32-bit number, the data. Exactly as long as that says.
/// </summary>
public static class IdxFile
{
    private const int MaxBytes = 1 << 30;
    private const uint BytesMagic = 0x0800;

    public static Result<IdxArray, string> Read(string path, int rank)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            using Stream stream = IsPacked(path) ? new GZipStream(file, CompressionMode.Decompress) : file;
            return Read(stream, path, rank);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return Unreadable(path, e);
        }
    }

    /// <summary>Reads the header alone: an array without its data. A plain file must also be as long as its header says.</summary>
    public static Result<IdxArray, string> ReadHeader(string path, int rank)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            bool isPacked = IsPacked(path);
            using Stream stream = isPacked ? new GZipStream(file, CompressionMode.Decompress) : file;
            if (!ReadDimensions(stream, path, MaxBytes, [rank]).TryGet(out int[]? dimensions, out string? fault))
            {
                return fault;
            }

            long data = file.Length - (sizeof(int) * (1 + rank));
            return !isPacked && data != Size(dimensions) ? WrongLength(path, data, Size(dimensions)) : new IdxArray(dimensions, default);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return Unreadable(path, e);
        }
    }

    /// <summary>Reads a file that is no longer packed; what a stream throws that is cut short or damaged is thrown on.</summary>
    /// <param name="name">What to call the file in a fault.</param>
    public static Result<IdxArray, string> Read(Stream stream, string name, int rank)
    {
        if (!ReadDimensions(stream, name, MaxBytes, [rank]).TryGet(out int[]? dimensions, out string? fault)
            || !ReadData(stream, name, dimensions).TryGet(out byte[]? data, out fault))
        {
            return fault;
        }

        return new IdxArray(dimensions, data);
    }

    /// <summary>Reads what follows the header.</summary>
    public static Result<byte[], string> ReadData(Stream stream, string name, int[] dimensions)
    {
        byte[] data = new byte[Size(dimensions)];
        int read = stream.ReadAtLeast(data, data.Length, throwOnEndOfStream: false);
        return read == data.Length && stream.ReadByte() < 0 ? data : WrongLength(name, read < data.Length ? read : read + 1, data.Length);
    }

    /// <summary>Reads the header, and nothing after it.</summary>
    /// <param name="maxBytes">Of the data that the header may claim.</param>
    /// <param name="ranks">The numbers of dimensions that it may have.</param>
    public static Result<int[], string> ReadDimensions(Stream stream, string name, int maxBytes, int[] ranks)
    {
        Span<byte> word = stackalloc byte[sizeof(int)];
        if (stream.ReadAtLeast(word, word.Length, throwOnEndOfStream: false) < word.Length)
        {
            return $"{name} is truncated: it ends within its header.";
        }

        uint magic = BinaryPrimitives.ReadUInt32BigEndian(word);
        if (!ranks.Any(rank => magic == BytesMagic + rank))
        {
            string expected = string.Join(" or ", ranks.Select(rank => $"{BytesMagic + rank:x8}"));
            return $"{name} begins with {magic:x8}; an IDX file of bytes in {string.Join(" or ", ranks)} dimensions begins with "
                + $"{expected}.";
        }

        int[] dimensions = new int[magic - BytesMagic];
        long size = 1;
        for (int i = 0; i < dimensions.Length; i++)
        {
            if (stream.ReadAtLeast(word, word.Length, throwOnEndOfStream: false) < word.Length)
            {
                return $"{name} is truncated: it ends within its header.";
            }

            uint dimension = BinaryPrimitives.ReadUInt32BigEndian(word);
            size *= dimension;
            if (size == 0 || size > maxBytes)
            {
                return $"{name} claims a size of 0 or of more than {maxBytes} bytes.";
            }

            dimensions[i] = (int)dimension;
        }

        return dimensions;
    }

    private static bool IsPacked(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    /// <summary>Bytes of data.</summary>
    public static int Size(int[] dimensions) => dimensions.Aggregate(1, (size, dimension) => size * dimension);

    /// <param name="data">Bytes of data in the file, or more than <paramref name="size"/> where there are more.</param>
    /// <param name="size">Bytes of data that its header says.</param>
    private static string WrongLength(string name, long data, int size) => data < size
        ? $"{name} is truncated: it holds {data} bytes of data and its header says {size}."
        : $"{name} goes on after the {size} bytes of data that its header says.";

    private static string Unreadable(string path, Exception e) => $"{path} cannot be read: {e.Message}";
}
