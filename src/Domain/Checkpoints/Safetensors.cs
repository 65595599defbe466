using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace AutoencoderApi.Domain.Checkpoints;

/// <summary>A float32 tensor in a safetensors file; <c>Data</c> is little-endian, as in the file.</summary>
public sealed record NamedTensor(string Name, int[] Shape, ReadOnlyMemory<byte> Data);

/// <summary>What came of reading a safetensors file: its contents, or which header field or tensor is wrong.</summary>
public abstract record SafetensorsRead
{
    private SafetensorsRead()
    {
    }

    public sealed record Contents(IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<NamedTensor> Tensors) : SafetensorsRead;

    public sealed record Invalid(string Reason) : SafetensorsRead;
}

/// <summary>
/// The safetensors format (github.com/huggingface/safetensors): 8 bytes of header length, little-endian; a JSON header of
/// names, types, shapes and offsets; the tensors' bytes without a gap. Only float32 is written or read. Reading trusts
/// nothing: sizes are checked against the bytes that are there, and tensors are views into them.
/// </summary>
public static class Safetensors
{
    private const int LengthBytes = 8;
    private const int MaxHeaderBytes = 64 * 1024;
    private const int MaxTensors = 64;
    private const int MaxRank = 8;

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

    public static SafetensorsRead Read(ReadOnlyMemory<byte> file)
    {
        if (file.Length < LengthBytes)
        {
            return new SafetensorsRead.Invalid($"The file has {file.Length} bytes; a safetensors file begins with 8 bytes of header length.");
        }

        ulong headerLength = BinaryPrimitives.ReadUInt64LittleEndian(file.Span);
        if (headerLength is 0 or > MaxHeaderBytes || headerLength > (ulong)(file.Length - LengthBytes))
        {
            return new SafetensorsRead.Invalid($"The header length is {headerLength}; it must be 1 to {MaxHeaderBytes} and lie within the file.");
        }

        ReadOnlyMemory<byte> header = file.Slice(LengthBytes, (int)headerLength);
        try
        {
            using var json = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            return ReadHeader(json.RootElement, file[(LengthBytes + (int)headerLength)..]);
        }
        catch (JsonException e)
        {
            return new SafetensorsRead.Invalid($"The header is not JSON as safetensors has it: {e.Message}");
        }
    }

    private static ArrayBufferWriter<byte> WriteHeader(IEnumerable<KeyValuePair<string, string>> metadata, IReadOnlyList<NamedTensor> tensors)
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
            json.WriteString("dtype", "F32");
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

    private static SafetensorsRead ReadHeader(JsonElement header, ReadOnlyMemory<byte> data)
    {
        if (header.ValueKind != JsonValueKind.Object)
        {
            return new SafetensorsRead.Invalid("The header is not a JSON object.");
        }

        var metadata = new Dictionary<string, string>();
        var tensors = new List<NamedTensor>();
        int end = 0;
        foreach (JsonProperty entry in header.EnumerateObject())
        {
            if (entry.NameEquals("__metadata__"))
            {
                if (!ReadMetadata(entry.Value, metadata))
                {
                    return new SafetensorsRead.Invalid("__metadata__ is not an object of strings.");
                }
            }
            else if (tensors.Count == MaxTensors)
            {
                return new SafetensorsRead.Invalid($"There are more than {MaxTensors} tensors.");
            }
            else if (ReadTensor(entry, data, end) is { } tensor)
            {
                tensors.Add(tensor);
                end += tensor.Data.Length;
            }
            else
            {
                return new SafetensorsRead.Invalid(
                    $"Tensor '{entry.Name}' is not float32 (dtype F32) with a shape that fits its data_offsets, or its bytes do not follow the last tensor's.");
            }
        }

        return end == data.Length
            ? new SafetensorsRead.Contents(metadata, tensors)
            : new SafetensorsRead.Invalid($"The tensors fill {end} bytes of the {data.Length} after the header.");
    }

    private static bool ReadMetadata(JsonElement element, Dictionary<string, string> metadata)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return false;
        }

        foreach (JsonProperty entry in element.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.String)
            {
                return false;
            }

            metadata[entry.Name] = entry.Value.GetString()!;
        }

        return true;
    }

    private static NamedTensor? ReadTensor(JsonProperty entry, ReadOnlyMemory<byte> data, int begin)
    {
        JsonElement tensor = entry.Value;
        bool described = tensor.ValueKind == JsonValueKind.Object
            && tensor.EnumerateObject().Count() == 3
            && tensor.TryGetProperty("dtype", out JsonElement type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("F32");
        if (!described || ReadNumbers(tensor, "shape") is not { } shape || ReadNumbers(tensor, "data_offsets") is not [int from, int to])
        {
            return null;
        }

        long bytes = sizeof(float);
        foreach (int size in shape)
        {
            bytes *= size; // at most 2³¹ × what fits in the file so far: no overflow
            if (bytes > data.Length)
            {
                return null;
            }
        }

        return from == begin && to <= data.Length && to - (long)from == bytes ? new NamedTensor(entry.Name, shape, data[from..to]) : null;
    }

    private static int[]? ReadNumbers(JsonElement tensor, string name)
    {
        if (!tensor.TryGetProperty(name, out JsonElement array) || array.ValueKind != JsonValueKind.Array || array.GetArrayLength() > MaxRank)
        {
            return null;
        }

        var numbers = new List<int>();
        foreach (JsonElement item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out int number) || number < 0)
            {
                return null;
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }
}
