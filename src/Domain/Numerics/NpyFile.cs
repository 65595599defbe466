using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace AutoencoderApi.Domain.Numerics;

/// <summary>What the values of an NPY file are.</summary>
public enum NpyType
{
    /// <summary>Little-endian float32.</summary>
    F4,

    /// <summary>Bytes: uint8.</summary>
    U1,
}

/// <summary>What the header of an NPY file says of an array in C order.</summary>
/// <param name="Shape">Sizes of the axes; one that is no size of an array here is <see cref="int.MaxValue"/>.</param>
/// <param name="DataAt">Where the values begin in the file.</param>
public sealed record NpyHeader(NpyType Type, int[] Shape, int DataAt)
{
    private const long Many = 1L << 32; // more than any file holds

    private (string Name, int Bytes) Value => Type == NpyType.U1 ? ("uint8", sizeof(byte)) : ("float32", sizeof(float));

    /// <summary>What is wrong with a file of that length, which must end with its last value; else null.</summary>
    public string? LengthFault(int fileLength)
    {
        long count = Shape.Aggregate(1L, (product, size) => Math.Min(product * size, Many));
        int bytes = fileLength - DataAt;
        return bytes == count * Value.Bytes
            ? null
            : $"{bytes} bytes follow its header; {count} values of {Value.Name} are {count * Value.Bytes}.";
    }
}

/// <summary>
/// The NPY format (numpy.org/doc/stable/reference/generated/numpy.lib.format.html): a magic number, the version, the length of
/// the header, the header as a Python dictionary, the values. Only little-endian float32 and uint8 in C order are written or read.
/// </summary>
public static partial class NpyFile
{
    private const int Alignment = 64; // of the values, from the file's start
    private const int MaxHeaderBytes = 1_024; // numpy pads a short shape's to 118

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>The bytes before the values in a file of version 1.0.</summary>
    public static byte[] Header(NpyType type, ReadOnlySpan<int> shape)
    {
        string sizes = string.Join(", ", shape.ToArray()), values = type == NpyType.U1 ? "|u1" : "<f4";
        string header = $"{{'descr': '{values}', 'fortran_order': False, 'shape': ({sizes}{(shape.Length == 1 ? "," : "")}), }}";
        int start = Magic.Length + 4;
        int data = (start + header.Length + 1 + Alignment - 1) / Alignment * Alignment;
        byte[] file = new byte[data];
        Magic.CopyTo(file);
        file[Magic.Length] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(Magic.Length + 2), (ushort)(data - start));
        Encoding.ASCII.GetBytes(header.PadRight(data - start - 1) + '\n', file.AsSpan(start));
        return file;
    }

    /// <summary>A file of version 1.0.</summary>
    public static byte[] Write(ReadOnlySpan<int> shape, ReadOnlySpan<float> values)
    {
        byte[] header = Header(NpyType.F4, shape), file = new byte[header.Length + (values.Length * sizeof(float))];
        header.CopyTo(file, 0);
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(header.Length + (i * sizeof(float))), values[i]);
        }

        return file;
    }

    /// <summary>A file of version 1.0.</summary>
    public static byte[] Write(ReadOnlySpan<int> shape, ReadOnlySpan<byte> values) => [.. Header(NpyType.U1, shape), .. values];

    /// <summary>Reads a file of version 1.0 or 2.0 that must hold an array of float32 of just that shape.</summary>
    /// <returns>Its values in C order, or what is wrong with it.</returns>
    public static Result<float[], string> Read(ReadOnlySpan<byte> file, ReadOnlySpan<int> shape)
    {
        if (!ReadHeader(file).TryGet(out NpyHeader? header, out string? fault))
        {
            return fault;
        }

        return header.Type != NpyType.F4 ? "Its values are '|u1'; write them as little-endian float32: array.astype('<f4')."
            : !shape.SequenceEqual(header.Shape)
                ? $"Its shape is ({string.Join(", ", header.Shape)}); it must be ({string.Join(", ", shape.ToArray())})."
            : header.LengthFault(file.Length) is { } wrong ? wrong
            : Values(file[header.DataAt..]);
    }

    /// <summary>Reads the header of a file of version 1.0 or 2.0.</summary>
    /// <returns>The header, or what is wrong with it.</returns>
    public static Result<NpyHeader, string> ReadHeader(ReadOnlySpan<byte> file)
    {
        int lengthAt = Magic.Length + 2;
        if (file.Length < lengthAt + 4 || !file.StartsWith(Magic))
        {
            return "It does not begin as an NPY file does.";
        }

        (int major, int minor) = (file[Magic.Length], file[Magic.Length + 1]);
        if (major is not (1 or 2) || minor != 0)
        {
            return $"It is an NPY file of version {major}.{minor}; 1.0 and 2.0 are read.";
        }

        long length =
            major == 1
                ? BinaryPrimitives.ReadUInt16LittleEndian(file[lengthAt..])
                : BinaryPrimitives.ReadUInt32LittleEndian(file[lengthAt..]);
        int start = lengthAt + (major == 1 ? 2 : 4);
        return length > Math.Min(MaxHeaderBytes, file.Length - start)
            ? $"Its header is {length} bytes long; at most {MaxHeaderBytes} are read, and {file.Length - start} are there."
            : Parse(Encoding.Latin1.GetString(file.Slice(start, (int)length)), start + (int)length);
    }

    private static Result<NpyHeader, string> Parse(string header, int dataAt)
    {
        Match match = Dictionary().Match(header);
        if (!match.Success || ((string[])["type", "order", "shape"]).Any(entry => match.Groups[entry].Captures.Count != 1))
        {
            return "Its header is not the dictionary of 'descr', 'fortran_order' and 'shape' that it must be.";
        }

        string type = match.Groups["type"].Value;
        string[] sizes = match.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return type is not ("<f4" or "|u1") ? $"Its values are '{type}'; write them as little-endian float32: array.astype('<f4')."
            : match.Groups["order"].Value != "False"
                ? "Its values are in Fortran's order; write them in C's: numpy.ascontiguousarray(array)."
            : new NpyHeader(type == "<f4" ? NpyType.F4 : NpyType.U1, [.. sizes.Select(Size)], dataAt);

        static int Size(string text) =>
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int size) ? size : int.MaxValue;
    }

    private static float[] Values(ReadOnlySpan<byte> data)
    {
        float[] values = new float[data.Length / sizeof(float)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(data[(i * sizeof(float))..]);
        }

        return values;
    }

    [GeneratedRegex(
        """^\{ *(?:(?:'descr' *: *'(?<type>[^']{1,16})'|'fortran_order' *: *(?<order>True|False)|"""
        + """'shape' *: *\((?<shape>[0-9, ]*)\)) *(?:, *|(?=\}))){3}\} *\n?\z""",
        RegexOptions.ExplicitCapture)]
    private static partial Regex Dictionary();
}
