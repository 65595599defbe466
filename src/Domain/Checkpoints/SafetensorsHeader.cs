using System.Text.Json;

namespace AutoencoderApi.Domain.Checkpoints;

/// <summary>A float32 tensor as the header has it; <c>Begin</c> and <c>End</c> count bytes from the end of the header.</summary>
public sealed record TensorEntry(string Name, int[] Shape, int Begin, int End);

/// <summary>What a safetensors header says.</summary>
/// <param name="Tensors">In the order of their bytes, which need not be that of the header.</param>
public sealed record SafetensorsContents(IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<TensorEntry> Tensors)
{
    public int DataBytes => Tensors is [.., { End: var end }] ? end : 0;
}

/// <summary>
/// Reads the JSON header of a safetensors file and trusts nothing in it: what it allocates is bounded by the header's own
/// length, shapes are multiplied without overflow, and the tensors' bytes must lie side by side. In which order they lie, and in which
/// the header names them, is the writer's to choose: the reference library sorts by name.
/// </summary>
public static class SafetensorsHeader
{
    public const int MaxBytes = 64 * 1024;

    private const int MaxTensors = 64;
    private const int MaxRank = 8;
    private const int MaxShownName = 64;

    /// <returns>What the header says, or which of its fields or tensors is wrong.</returns>
    public static Result<SafetensorsContents, string> Read(ReadOnlyMemory<byte> header)
    {
        try
        {
            using var json = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false });
            return Read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter where a string is not valid UTF-8 or UTF-16
        {
            return $"The header is not JSON as safetensors has it: {Shown(e.Message, 200)}";
        }
    }

    private static Result<SafetensorsContents, string> Read(JsonElement header)
    {
        if (header.ValueKind != JsonValueKind.Object)
        {
            return "The header is not a JSON object.";
        }

        var metadata = new Dictionary<string, string>();
        var tensors = new List<TensorEntry>();
        foreach (JsonProperty entry in header.EnumerateObject())
        {
            string? fault = entry.NameEquals("__metadata__") ? ReadMetadata(entry.Value, metadata)
                : tensors.Count == MaxTensors ? $"There are more than {MaxTensors} tensors."
                : ReadTensor(entry, tensors);
            if (fault is not null)
            {
                return fault;
            }
        }

        TensorEntry[] placed = [.. tensors.OrderBy(tensor => tensor.Begin).ThenBy(tensor => tensor.End)];
        return Misplaced(placed) is { } misplaced ? misplaced : new SafetensorsContents(metadata, placed);
    }

    /// <summary>The first tensor that leaves a gap before it or overlaps the one before, in words; null where there is none.</summary>
    /// <param name="tensors">In the order of their bytes.</param>
    private static string? Misplaced(TensorEntry[] tensors)
    {
        int end = 0;
        foreach (TensorEntry tensor in tensors)
        {
            if (tensor.Begin != end)
            {
                return $"Tensor '{Shown(tensor.Name)}': data_offsets begin at {tensor.Begin}, and the bytes before them end at {end}; "
                    + $"tensors must lie side by side.";
            }

            end = tensor.End;
        }

        return null;
    }

    private static string? ReadMetadata(JsonElement element, Dictionary<string, string> metadata)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return "__metadata__ is not an object.";
        }

        foreach (JsonProperty entry in element.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.String)
            {
                return $"__metadata__.{Shown(entry.Name)} is not a string.";
            }

            metadata[entry.Name] = entry.Value.GetString()!;
        }

        return null;
    }

    private static string? ReadTensor(JsonProperty entry, List<TensorEntry> tensors)
    {
        JsonElement tensor = entry.Value;
        string name = $"Tensor '{Shown(entry.Name)}'";
        if (tensor.ValueKind != JsonValueKind.Object || tensor.GetPropertyCount() != 3)
        {
            return $"{name} is not an object of dtype, shape and data_offsets.";
        }

        if (!tensor.TryGetProperty("dtype", out JsonElement type) || type.ValueKind != JsonValueKind.String || !type.ValueEquals("F32"))
        {
            return $"{name}: dtype is not F32 (float32).";
        }

        if (ReadNumbers(tensor, "shape") is not { } shape || ByteCount(shape) is not { } bytes)
        {
            return $"{name}: shape is not a list of at most {MaxRank} sizes whose product fits a file.";
        }

        if (ReadNumbers(tensor, "data_offsets") is not [int from, int to] || to - (long)from != bytes)
        {
            return $"{name}: data_offsets are not a begin and an end that are {bytes} bytes apart, as its shape calls for.";
        }

        tensors.Add(new TensorEntry(entry.Name, shape, from, to));
        return null;
    }

    private static int? ByteCount(int[] shape)
    {
        long bytes = sizeof(float);
        foreach (int size in shape)
        {
            bytes *= size; // at most 2³¹ × 2³¹: no overflow
            if (bytes > int.MaxValue)
            {
                return null;
            }
        }

        return (int)bytes;
    }

    private static int[]? ReadNumbers(JsonElement tensor, string name)
    {
        if (!tensor.TryGetProperty(name, out JsonElement array)
            || array.ValueKind != JsonValueKind.Array
            || array.GetArrayLength() > MaxRank)
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

    /// <summary>Text of the file as it may stand in a message: a name can be as long as the header.</summary>
    internal static string Shown(string text, int max = MaxShownName) => text.Length > max ? $"{text[..max]}…" : text;
}
