using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Json;

namespace AutoencoderApi.Api.Http;

/// <summary>Marks a field that is a path of this API: it is written as the caller sees it, behind the prefix of a proxy.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ApiPathAttribute : Attribute;

internal static class ApiPaths
{
    public static void AddApiPaths(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddOptions<JsonOptions>().PostConfigure<IHttpContextAccessor>((json, contexts) =>
            json.SerializerOptions.TypeInfoResolver = (json.SerializerOptions.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver())
                .WithAddedModifier(type => Follow(type, contexts)));
    }

    private static void Follow(JsonTypeInfo type, IHttpContextAccessor contexts)
    {
        foreach (JsonPropertyInfo property in type.Properties)
        {
            if (property is { Get: { } get, AttributeProvider: { } attributes }
                && attributes.IsDefined(typeof(ApiPathAttribute), inherit: true))
            {
                property.Get = item => get(item) is string path ? contexts.HttpContext?.Request.Prefixed(path) ?? path : null;
            }
        }
    }
}
