using System.Text.Json;
using System.Text.Json.Serialization;

namespace AutoencoderApi.Domain;

/// <summary>How values are written wherever they leave the process: camelCase JSON, enums as kebab-case strings.</summary>
public static class WireFormat
{
    public static readonly JsonSerializerOptions Json = Configure(new JsonSerializerOptions());

    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        options.AllowDuplicateProperties = false;
        options.RespectNullableAnnotations = true;
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false));
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
}
