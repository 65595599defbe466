using System.Text.Json;

namespace AutoencoderApi.Api.Errors;

/// <summary>What is wrong with JSON that makes no request, in words for its sender.</summary>
internal static class JsonFault
{
    /// <summary>The field that is wrong, or null where it is the whole.</summary>
    public static string? Field(JsonException json) => json.Path is null or "$" ? null : json.Path.TrimStart('$', '.');

    /// <summary>The serializer's message, less the names of C# types and its own account of the place.</summary>
    public static string Reason(JsonException json)
    {
        string message = json.Message.Split(" Path: ")[0];
        return message switch
        {
            _ when message.Contains("could not be mapped", StringComparison.Ordinal) => "there is no such field.",
            _ when message.Contains("could not be converted", StringComparison.Ordinal) =>
                "the value has the wrong type, or is out of its type's range; see /swagger.",
            _ when message.Contains("does not allow setting null", StringComparison.Ordinal) => "must not be null.",
            _ => message,
        };
    }
}
