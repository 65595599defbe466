using System.Text.Json;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using Microsoft.AspNetCore.Http.Metadata;

namespace AutoencoderApi.Api.Http;

/// <summary>
/// Refuses query parameters that an operation does not have, and those that are given twice, by name: a misspelt one must not be ignored.
/// </summary>
internal static class QueryNames
{
    /// <summary>
    /// Gives endpoints the names of their handlers' query parameters: those of text, or parsed from it, that stand in no
    /// route.
    /// </summary>
    public static TBuilder WithStrictQuery<TBuilder>(this TBuilder endpoints)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Finally(endpoint =>
        {
            if (endpoint is RouteEndpointBuilder { RoutePattern: var route })
            {
                string[] names = [.. endpoint.Metadata.OfType<IParameterBindingMetadata>()
                    .Where(parameter => (parameter.HasTryParse || parameter.ParameterInfo.ParameterType == typeof(string))
                        && route.GetParameter(parameter.Name) is null)
                    .Select(parameter => JsonNamingPolicy.CamelCase.ConvertName(parameter.Name))];
                endpoint.Metadata.Add(new Names(names));
            }
        });
        return endpoints.ProducesProblems(ProblemType.InvalidFields);
    }

    public static void UseStrictQueries(this IApplicationBuilder app) => app.Use((context, next) =>
        (context.Request.Query.Count > 0 || context.PresentedTicket() is not null)
        && context.GetEndpoint()?.Metadata.GetMetadata<Names>()?.Violations(context) is { Count: > 0 } violations
            ? Problems.Invalid(violations).ExecuteAsync(context)
            : next(context));

    private sealed record Names(string[] Known)
    {
        public Dictionary<string, string> Violations(HttpContext context)
        {
            var violations = new Dictionary<string, string>();
            if (context.PresentedTicket() is not null && !context.TakesTicket()) // of a caller with a key, else it is refused before
            {
                violations[TicketQuery.Parameter] = Unknown();
            }

            foreach ((string name, var values) in context.Request.Query)
            {
                if (!Known.Contains(name, StringComparer.OrdinalIgnoreCase)) // as the binder compares
                {
                    violations[name] = Unknown();
                }
                else if (values.Count > 1)
                {
                    violations[name] = $"is given {values.Count} times; give one value.";
                }
            }

            return violations;
        }

        private string Unknown() =>
            $"there is no such query parameter; there are {(Known.Length > 0 ? string.Join(", ", Known) : "none")}.";
    }
}
