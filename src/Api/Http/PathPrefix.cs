using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Domain;

namespace AutoencoderApi.Api.Http;

/// <summary>
/// The path under which a proxy shows the service: the setting <c>PathBase</c>, or <c>X-Forwarded-Prefix</c> of a trusted proxy, which
/// wins. The answers' addresses begin with it. A proxy may leave it on the path of a request, or take it off.
/// </summary>
internal static partial class PathPrefix
{
    public const string Setting = "PathBase";

    private const string Header = "X-Forwarded-Prefix";
    private const string Rule = "must be a path such as /autoencoder: segments of letters, digits and . _ ~ -, at most 200 characters.";
    private const int MaxLength = 200;

    /// <summary>What is wrong with the setting, in one line; null where all is well.</summary>
    public static string? Violation(IConfiguration configuration) =>
        configuration[Setting] is { Length: > 0 } value && !IsPrefix(value) ? $"{Setting} is '{value}'; it {Rule}" : null;

    /// <summary>The setting, without a slash at its end.</summary>
    public static PathString PathBase(this IConfiguration configuration) => new(configuration[Setting]?.TrimEnd('/'));

    /// <summary>Takes the prefix of the setting off the request's path. Must stand before routing.</summary>
    public static void UsePathPrefix(this WebApplication app)
    {
        PathString prefix = app.Configuration.PathBase();
        app.Use((context, next) =>
        {
            HttpRequest request = context.Request;
            if (request.Path.StartsWithSegments(prefix, StringComparison.Ordinal, out PathString rest))
            {
                if (!rest.HasValue && prefix.HasValue) // the page's files are addressed from here
                {
                    context.Response.Redirect($"{prefix}/{request.QueryString}", permanent: true, preserveMethod: true);
                    return Task.CompletedTask;
                }

                request.Path = rest;
            }

            request.PathBase = prefix;
            context.Response.OnStarting(() =>
            {
                Follow(context);
                return Task.CompletedTask;
            });
            return next(context);
        });
    }

    /// <summary>Refuses a prefix of a trusted proxy that is no path. Must stand behind what reads the header.</summary>
    public static void UsePrefixCheck(this IApplicationBuilder app) => app.Use((context, next) =>
    {
        string prefix = context.Request.PathBase.Value ?? "";
        if (prefix.Length > 0 && !IsPrefix(prefix))
        {
            context.Request.PathBase = PathString.Empty;
            return Problems.Invalid(Header, Rule).ExecuteAsync(context);
        }

        context.Request.PathBase = new PathString(prefix.TrimEnd('/'));
        return next(context);
    });

    /// <summary>A path of the API as the caller sees it.</summary>
    public static string Prefixed(this HttpRequest request, string path) =>
        path.StartsWith("/v1/", StringComparison.Ordinal) ? $"{request.PathBase}{path}" : path;

    /// <summary>JSON with the paths of the API, each a whole value, as the caller sees them.</summary>
    public static string PrefixedJson(this HttpRequest request, string json)
    {
        if (!request.PathBase.HasValue)
        {
            return json;
        }

        JsonNode root = JsonNode.Parse(json)!;
        foreach (JsonValue value in Values(root).Where(value => value.GetValueKind() == JsonValueKind.String).ToList())
        {
            value.ReplaceWith(request.Prefixed(value.GetValue<string>()));
        }

        return root.ToJsonString(JsonConventions.Json);
    }

    private static IEnumerable<JsonValue> Values(JsonNode? node) => node switch
    {
        JsonObject fields => fields.SelectMany(field => Values(field.Value)),
        JsonArray items => items.SelectMany(Values),
        JsonValue value => [value],
        _ => [],
    };

    private static void Follow(HttpContext context)
    {
        if (context.Response.Headers.Location.ToString() is { Length: > 0 } location)
        {
            context.Response.Headers.Location = context.Request.Prefixed(location);
        }
    }

    private static bool IsPrefix(string value) => value.Length <= MaxLength && Pattern().IsMatch(value) && !Dots().IsMatch(value);

    [GeneratedRegex(@"^(/[A-Za-z0-9._~-]+)+/?\z")]
    private static partial Regex Pattern();

    [GeneratedRegex(@"/\.\.?(/|\z)")]
    private static partial Regex Dots();
}
