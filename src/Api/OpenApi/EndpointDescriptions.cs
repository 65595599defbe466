using System.Text.Json.Nodes;
using AutoencoderApi.Api.Limits;

namespace AutoencoderApi.Api.OpenApi;

/// <summary>What a successful response of an endpoint is.</summary>
internal sealed record ResponseMetadata(int Status, string Description);

/// <summary>A header of the response with that status; its example is a number where the header is one.</summary>
internal sealed record ResponseHeaderMetadata(int Status, string Name, string Description, JsonNode Example);

/// <summary>An event of a stream of server-sent events, with the type of its data.</summary>
internal sealed record EventMetadata(string Event, Type Data);

/// <param name="Example">A value for a parameter in the path.</param>
internal sealed record ParameterMetadata(string Name, string Description, string? Example);

/// <summary>A header that an endpoint reads from the request itself.</summary>
/// <param name="Pattern">What the value must match; null where a value that does not is ignored.</param>
internal sealed record RequestHeaderMetadata(string Name, string Description, string Example, string? Pattern);

/// <summary>A body that an endpoint reads from the request itself: JSON of a type, or files.</summary>
/// <param name="Files">The files of a form by their fields, the first required; of a raw body one without a field.</param>
internal sealed record BodyMetadata(string MediaType, Type? Json, params (string Field, Func<LimitsOptions, string> Description)[] Files);

/// <summary>
/// Of an endpoint whose first declared body the document describes, and names the others in words: many generated clients can send
/// one media type for each operation.
/// </summary>
internal sealed record OneBodyMetadata;

/// <summary>Describes an endpoint in the OpenAPI document, where its route is mapped.</summary>
internal static class EndpointDescriptions
{
    public static RouteHandlerBuilder Answers(this RouteHandlerBuilder endpoint, int status, string description) =>
        endpoint.WithMetadata(new ResponseMetadata(status, description));

    public static RouteHandlerBuilder AnswersHeader(
        this RouteHandlerBuilder endpoint, int status, string name, string description, JsonNode example) =>
        endpoint.WithMetadata(new ResponseHeaderMetadata(status, name, description, example));

    public static RouteHandlerBuilder AnswersLocation(this RouteHandlerBuilder endpoint, int status, string path) =>
        endpoint.AnswersHeader(status, "Location", "Path of the new resource.", path);

    public static RouteHandlerBuilder AnswersEvent<T>(this RouteHandlerBuilder endpoint, string name) =>
        endpoint.WithMetadata(new EventMetadata(name, typeof(T)));

    public static TBuilder TakesParameter<TBuilder>(this TBuilder endpoints, string name, string description, string? example = null)
        where TBuilder : IEndpointConventionBuilder => endpoints.WithMetadata(new ParameterMetadata(name, description, example));

    public static RouteHandlerBuilder TakesHeader(
        this RouteHandlerBuilder endpoint, string name, string description, string example, string? pattern = null) =>
        endpoint.WithMetadata(new RequestHeaderMetadata(name, description, example, pattern));

    public static RouteHandlerBuilder TakesJson<T>(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(new BodyMetadata("application/json", typeof(T)));

    public static RouteHandlerBuilder TakesFile(
        this RouteHandlerBuilder endpoint, string mediaType, Func<LimitsOptions, string> description) =>
        endpoint.WithMetadata(new BodyMetadata(mediaType, Json: null, ("", description)));

    public static RouteHandlerBuilder TakesForm(
        this RouteHandlerBuilder endpoint, params (string Field, Func<LimitsOptions, string> Description)[] files) =>
        endpoint.WithMetadata(new BodyMetadata("multipart/form-data", Json: null, files));
}
