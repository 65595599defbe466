using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace AutoencoderApi.Domain.Checkpoints;

/// <summary>A tensor in a safetensors file; <c>Data</c> is little-endian, as in the file.</summary>
/// <param name="Type"><see cref="Safetensors.F32"/>, or <see cref="Safetensors.U8"/>, which is only written.</param>
public sealed record NamedTensor(string Name, int[] Shape, ReadOnlyMemory<byte> Data, string Type = Safetensors.F32);

/// <summary>A safetensors file.</summary>
public sealed record SafetensorsFile(IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<NamedTensor> Tensors);

/// <summary>
/// The safetensors format (github.com/huggingface/safetensors): 8 bytes of header length, little-endian; a JSON header of
/// names, types, shapes and offsets; the tensors' bytes without a gap. Only float32 is read; bytes are written too. Reading trusts
/// nothing: sizes are checked against the bytes that are there, and tensors are views into them.
/// </summary>
public static class Safetensors
{
    public const string F32 = "F32";
    public const string U8 = "U8";

    /// <summary>Of the header's length, with which a file begins.</summary>
    public const int LengthBytes = 8;

    public static byte[] Write(IEnumerable<KeyValuePair<string, string>> metadata, IReadOnlyList<NamedTensor> tensors)
    {
        ArrayBufferWriter<byte> header = WriteHeader(metadata, tensors);
        int padded = (header.WrittenCount + 7) / 8 * 8; // tensors begin at a multiple of 8, as the reference writer has it
        byte[] file = new byte[LengthBytes + padded + tensors.Sum(tensor => tensor.Data.Length)];
        BinaryPrimitives.WriteInt64LittleEndian(file, padded);
        Span<byte> rest = file.AsSpan(LengthBytes);
        header.WrittenSpan.CopyTo(rest);
        rest[header.WrittenCount..padded].Fill((byte)' ');
        rest = rest[padded..];
        foreach (NamedTensor tensor in tensors)
        {
            tensor.Data.Span.CopyTo(rest);
            rest = rest[tensor.Data.Length..];
        }

        return file;
    }

    /// <returns>The file's metadata and tensors, or which header field or tensor is wrong.</returns>
    public static Result<SafetensorsFile, string> Read(ReadOnlyMemory<byte> file)
    {
        if (!ReadHeader(file, out ReadOnlyMemory<byte> data).TryGet(out SafetensorsContents? header, out string? fault))
        {
            return fault;
        }

        return new SafetensorsFile(
            header.Metadata,
            [.. header.Tensors.Select(tensor => new NamedTensor(tensor.Name, tensor.Shape, data[tensor.Begin..tensor.End]))]);
    }

    /// <summary>Reads a file's header, and holds the file's size to it.</summary>
    /// <param name="data">The bytes after the header; empty where the header cannot be found.</param>
    public static Result<SafetensorsContents, string> ReadHeader(ReadOnlyMemory<byte> file, out ReadOnlyMemory<byte> data)
    {
        data = default;
        if (HeaderLength(file.Span, out int length) is { } fault)
        {
            return fault;
        }

        if (length > file.Length - LengthBytes)
        {
            return $"The header length is {length}; the file ends before that, after {file.Length} bytes.";
        }

        data = file[(LengthBytes + length)..];
        Result<SafetensorsContents, string> read = SafetensorsHeader.Read(file.Slice(LengthBytes, length));
        return read.TryGet(out SafetensorsContents? header, out _) && header.DataBytes != data.Length
            ? $"The tensors fill {header.DataBytes} bytes of the {data.Length} after the header."
            : read;
    }

    /// <summary>Reads the header's length from a file's first bytes.</summary>
    /// <returns>What is wrong with it, or null.</returns>
    public static string? HeaderLength(ReadOnlySpan<byte> start, out int length)
    {
        length = 0;
        if (start.Length < LengthBytes)
        {
            return $"The file has {start.Length} bytes; a safetensors file begins with {LengthBytes} bytes of header length.";
        }

        ulong said = BinaryPrimitives.ReadUInt64LittleEndian(start);
        length = (int)Math.Min(said, SafetensorsHeader.MaxBytes);
        return said is 0 or > SafetensorsHeader.MaxBytes
            ? $"The header length is {said}; it must be 1 to {SafetensorsHeader.MaxBytes}."
            : null;
    }

    private static ArrayBufferWriter<byte> WriteHeader(
        IEnumerable<KeyValuePair<string, string>> metadata,
        IReadOnlyList<NamedTensor> tensors)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteStartObject("__metadata__");
        foreach ((string key, string value) in metadata)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
        long offset = 0;
        foreach (NamedTensor tensor in tensors)
        {
            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", tensor.Type);
            WriteNumbers(json, "shape", tensor.Shape.Select(size => (long)size));
            WriteNumbers(json, "data_offsets", [offset, offset += tensor.Data.Length]);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        return buffer;
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
