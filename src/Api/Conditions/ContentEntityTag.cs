using System.Security.Cryptography;
using System.Text.Json;
using AutoencoderApi.Api.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Conditions;

/// <summary>Gives JSON an entity tag of its own bytes, for lists and the like, which are cheap to make and have no version.</summary>
internal static class ContentEntityTag
{
    /// <param name="what">What the ETag identifies.</param>
    public static RouteHandlerBuilder AnswersContentEntityTag(this RouteHandlerBuilder endpoint, string what) => endpoint
        .AddEndpointFilter(async (call, next) => Tagged(await next(call), call.HttpContext))
        .AnswersEntityTag(what);

    private static object? Tagged(object? result, HttpContext context)
    {
        object? inner = result is INestedHttpResult nested ? nested.Result : result;
        if (inner is not IValueHttpResult { Value: { } value } || !result.IsSuccess(context))
        {
            return result;
        }

        JsonSerializerOptions json = context.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), json);
        string tag = Convert.ToHexStringLower(SHA256.HashData(body).AsSpan(0, 16));
        return context.IsKnown(tag, Compression.Json)
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : TypedResults.Bytes(body, $"{Compression.Json}; charset=utf-8");
    }
}
