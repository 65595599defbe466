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

    /// <summary>Nothing is wrong with the header, and nothing was allocated.</summary>
    public sealed record NoRoom : IdxRead;
}

/// <summary>
/// IDX files of unsigned bytes, gzip or plain (yann.lecun.com/exdb/mnist): two zero bytes, type 0x08, the number of
/// dimensions, each dimension as a big-endian 32-bit number, the data. Exactly as long as that says.
/// </summary>
public static class IdxFile
{
    internal const int MaxBytes = 1 << 30;
    private const uint BytesMagic = 0x0800;

    public static IdxRead Read(string path, int rank)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            using Stream stream = IsPacked(path) ? new GZipStream(file, CompressionMode.Decompress) : file;
            return Read(stream, path, MaxBytes, [rank]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return Unreadable(path, e);
        }
    }

    /// <summary>Reads the header alone: an array without its data. A plain file must also be as long as its header says.</summary>
    public static IdxRead ReadHeader(string path, int rank)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            bool isPacked = IsPacked(path);
            using Stream stream = isPacked ? new GZipStream(file, CompressionMode.Decompress) : file;
            IdxRead read = ReadHeader(stream, path, MaxBytes, [rank]);
            long data = file.Length - (sizeof(int) * (1 + rank));
            return !isPacked && read is IdxRead.Array { Dimensions: var dimensions } && data != Size(dimensions)
                ? WrongLength(path, data, Size(dimensions))
                : read;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return Unreadable(path, e);
        }
    }

    /// <summary>Reads a file that is no longer packed; what a stream throws that is cut short or damaged is thrown on.</summary>
    /// <param name="name">What to call the file in a fault.</param>
    /// <param name="maxBytes">Of its data; nothing is allocated for a header that claims more.</param>
    /// <param name="ranks">The numbers of dimensions that it may have.</param>
    /// <param name="takeRoom">Whether there is memory for so many bytes; by default there is.</param>
    public static IdxRead Read(Stream stream, string name, int maxBytes, int[] ranks, Func<int, bool>? takeRoom = null)
    {
        IdxRead header = ReadHeader(stream, name, maxBytes, ranks);
        if (header is not IdxRead.Array { Dimensions: var dimensions })
        {
            return header;
        }

        if (takeRoom?.Invoke(Size(dimensions)) == false)
        {
            return new IdxRead.NoRoom();
        }

        byte[] data = new byte[Size(dimensions)];
        int read = stream.ReadAtLeast(data, data.Length, throwOnEndOfStream: false);
        return read == data.Length && stream.ReadByte() < 0
            ? new IdxRead.Array(dimensions, data)
            : WrongLength(name, read < data.Length ? read : read + 1, data.Length);
    }

    private static IdxRead ReadHeader(Stream stream, string name, int maxBytes, int[] ranks)
    {
        Span<byte> word = stackalloc byte[sizeof(int)];
        if (stream.ReadAtLeast(word, word.Length, throwOnEndOfStream: false) < word.Length)
        {
            return new IdxRead.Invalid($"{name} is truncated: it ends within its header.");
        }

        uint magic = BinaryPrimitives.ReadUInt32BigEndian(word);
        if (!ranks.Any(rank => magic == BytesMagic + rank))
        {
            string expected = string.Join(" or ", ranks.Select(rank => $"{BytesMagic + rank:x8}"));
            return new IdxRead.Invalid($"{name} begins with {magic:x8}; an IDX file of bytes in {string.Join(" or ", ranks)} dimensions begins with {expected}.");
        }

        int[] dimensions = new int[magic - BytesMagic];
        long size = 1;
        for (int i = 0; i < dimensions.Length; i++)
        {
            if (stream.ReadAtLeast(word, word.Length, throwOnEndOfStream: false) < word.Length)
            {
                return new IdxRead.Invalid($"{name} is truncated: it ends within its header.");
            }

            uint dimension = BinaryPrimitives.ReadUInt32BigEndian(word);
            size *= dimension;
            if (size == 0 || size > maxBytes)
            {
                return new IdxRead.Invalid($"{name} claims a size of 0 or of more than {maxBytes} bytes.");
            }

            dimensions[i] = (int)dimension;
        }

        return new IdxRead.Array(dimensions, default);
    }

    private static bool IsPacked(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);

    private static int Size(int[] dimensions) => dimensions.Aggregate(1, (size, dimension) => size * dimension);

    /// <param name="data">Bytes of data in the file, or more than <paramref name="size"/> where there are more.</param>
    /// <param name="size">Bytes of data that its header says.</param>
    private static IdxRead.Invalid WrongLength(string name, long data, int size) => data < size
        ? new($"{name} is truncated: it holds {data} bytes of data and its header says {size}.")
        : new($"{name} goes on after the {size} bytes of data that its header says.");

    private static IdxRead.Invalid Unreadable(string path, Exception e) => new($"{path} cannot be read: {e.Message}");
}
