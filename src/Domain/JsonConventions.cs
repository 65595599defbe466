using System.Text.Json;
using System.Text.Json.Serialization;

namespace AutoencoderApi.Domain;

/// <summary>
/// How values are written wherever they leave the process: camelCase JSON, enums as kebab-case strings, numbers that are not
/// finite as null.
/// </summary>
public static class JsonConventions
{
    public static readonly JsonSerializerOptions Json = Configure(new JsonSerializerOptions());

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Converters.Add(new EnumConverterFactory());
        options.Converters.Add(new ElementConverter());
        foreach (JsonConverter numbers in FiniteNumbers.Converters)
        {
            options.Converters.Add(numbers);
        }

        return options;
    }

    /// <summary>The wire name of an enum value: <c>ZeroUnpool</c> is <c>zero-unpool</c>.</summary>
    public static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());

    public static IReadOnlyList<string> Names<T>()
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(Name)];

    /// <summary>The value with the given wire name, or null where there is none.</summary>
    public static T? Parse<T>(string name)
        where T : struct, Enum => Enum.GetValues<T>().Where(value => Name(value) == name).Cast<T?>().FirstOrDefault();

    /// <summary>Like <see cref="JsonStringEnumConverter"/>, but a wrong value's error says which there are.</summary>
    private sealed class EnumConverterFactory : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(EnumConverter<>).MakeGenericType(typeToConvert))!;
    }

    /// <summary>
    /// JSON that is kept as it came, if all its texts are texts: an escaped half of a surrogate pair is none, and would be found where
    /// nobody expects it.
    /// </summary>
    private sealed class ElementConverter : JsonConverter<JsonElement>
    {
        public override JsonElement Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            Utf8JsonReader texts = reader;
            var element = JsonElement.ParseValue(ref reader);
            for (bool isLeft = true; isLeft; isLeft = texts.BytesConsumed < reader.BytesConsumed && texts.Read())
            {
                if (texts.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
                {
                    texts.GetString(); // what it throws of no text, the serializer turns into a JsonException
                }
            }

            return element;
        }

        public override void Write(Utf8JsonWriter writer, JsonElement value, JsonSerializerOptions options) => value.WriteTo(writer);
    }

    private sealed class EnumConverter<T> : JsonConverter<T>
        where T : struct, Enum
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            (reader.TokenType == JsonTokenType.String ? Parse<T>(reader.GetString()!) : null)
            ?? throw new JsonException($"must be one of {string.Join(", ", Names<T>())}.");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Name(value));
    }
}
