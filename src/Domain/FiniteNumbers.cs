using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace AutoencoderApi.Domain;

/// <summary>
/// Writes a number that is not finite as null, since JSON has no such number: one value in a store or a feature map must not make a whole
/// list unreadable. What JSON allows and 64 bits cannot hold, such as 1e999, is not read; beyond 32 bits it is infinite, for its reader to
/// refuse.
/// </summary>
internal sealed class FiniteNumbers<T>(JsonConverter<T> inner) : JsonConverter<T>
    where T : struct, IFloatingPointIeee754<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        inner.Read(ref reader, typeToConvert, options) is var number && (T.IsFinite(number) || typeof(T) == typeof(float))
            ? number
            : throw new JsonException("must be a number that is not beyond 64 bits.");

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
