using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace AutoencoderApi.Domain;

/// <summary>
/// Writes a number that is not finite as null, since JSON has no such number: one value in a store or a feature map must not make a whole list
/// unreadable. Nor is one read from JSON that allows numbers which the type cannot hold, such as 1e999.
/// </summary>
internal sealed class FiniteNumbers<T>(JsonConverter<T> inner) : JsonConverter<T>
    where T : struct, IFloatingPointIeee754<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        inner.Read(ref reader, typeToConvert, options) is var number && T.IsFinite(number)
            ? number
            : throw new JsonException($"must be a number that is not beyond {Unsafe.SizeOf<T>() * 8} bits.");

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (T.IsFinite(value))
        {
            inner.Write(writer, value, options);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}

internal static class FiniteNumbers
{
    public static readonly JsonConverter[] Converters =
        [new FiniteNumbers<float>(JsonMetadataServices.SingleConverter), new FiniteNumbers<double>(JsonMetadataServices.DoubleConverter)];
}
