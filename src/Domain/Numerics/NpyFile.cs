using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace AutoencoderApi.Domain.Numerics;

/// <summary>
/// The NPY format (numpy.org/doc/stable/reference/generated/numpy.lib.format.html): a magic number, the version, the length of
/// the header, the header as a Python dictionary, the values. Only little-endian float32 in C order is written or read.
/// </summary>
public static partial class NpyFile
{
    private const int Alignment = 64; // of the values, from the file's start
    private const int MaxHeaderBytes = 1_024; // numpy pads a short shape's to 118

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>A file of version 1.0.</summary>
    public static byte[] Write(ReadOnlySpan<int> shape, ReadOnlySpan<float> values)
    {
        string sizes = string.Join(", ", shape.ToArray());
        string header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({sizes}{(shape.Length == 1 ? "," : "")}), }}";
        int start = Magic.Length + 4;
        int data = (start + header.Length + 1 + Alignment - 1) / Alignment * Alignment;
        byte[] file = new byte[data + (values.Length * sizeof(float))];
        Magic.CopyTo(file);
        file[Magic.Length] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(Magic.Length + 2), (ushort)(data - start));
        Encoding.ASCII.GetBytes(header.PadRight(data - start - 1) + '\n', file.AsSpan(start));
        for (int i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(data + (i * sizeof(float))), values[i]);
        }

        return file;
    }

    /// <summary>Reads a file of version 1.0 or 2.0 that must hold an array of just that shape.</summary>
    /// <returns>Its values in C order, or what is wrong with it.</returns>
    public static Result<float[], string> Read(ReadOnlySpan<byte> file, ReadOnlySpan<int> shape)
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
        ReadOnlySpan<byte> rest = file[(lengthAt + (major == 1 ? 2 : 4))..];
        if (length > Math.Min(MaxHeaderBytes, rest.Length))
        {
            return $"Its header is {length} bytes long; at most {MaxHeaderBytes} are read, and {rest.Length} are there.";
        }

        if (Fault(Encoding.Latin1.GetString(rest[..(int)length]), shape) is { } fault)
        {
            return fault;
        }

        ReadOnlySpan<byte> data = rest[(int)length..];
        int count = 1;
        foreach (int size in shape)
        {
            count *= size;
        }

        return data.Length == count * sizeof(float)
            ? Values(data)
            : $"{data.Length} bytes follow its header; {count} values of float32 are {count * sizeof(float)}.";
    }

    private static string? Fault(string header, ReadOnlySpan<int> shape)
    {
        Match match = Header().Match(header);
        if (!match.Success || ((string[])["type", "order", "shape"]).Any(entry => match.Groups[entry].Captures.Count != 1))
        {
            return "Its header is not the dictionary of 'descr', 'fortran_order' and 'shape' that it must be.";
        }

        string[] sizes = match.Groups["shape"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return match.Groups["type"].Value != "<f4"
                ? $"Its values are '{match.Groups["type"].Value}'; write them as little-endian float32: array.astype('<f4')."
            : match.Groups["order"].Value != "False"
                ? "Its values are in Fortran's order; write them in C's: numpy.ascontiguousarray(array)."
            : !sizes.SequenceEqual(shape.ToArray().Select(size => size.ToString(CultureInfo.InvariantCulture)))
                ? $"Its shape is ({string.Join(", ", sizes)}); it must be ({string.Join(", ", shape.ToArray())})."
            : null;
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
    private static partial Regex Header();
}
