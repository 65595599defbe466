using System.Text.Json;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using Microsoft.AspNetCore.Http.Metadata;

namespace AutoencoderApi.Api.Http;

/// <summary>
/// Refuses query parameters that an operation does not have, and those that are given twice but are no list, by name: a misspelt one must
/// not be ignored.
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
                IParameterBindingMetadata[] parameters = [.. endpoint.Metadata.OfType<IParameterBindingMetadata>()
                    .Where(parameter => (parameter.HasTryParse || parameter.ParameterInfo.ParameterType == typeof(string)
                        || IsList(parameter)) && route.GetParameter(parameter.Name) is null)];
                endpoint.Metadata.Add(new Names(NamesOf(parameters), NamesOf(parameters.Where(IsList))));
            }
        });
        return endpoints.ProducesProblems(ProblemType.InvalidFields);
    }

    public static void UseStrictQueries(this IApplicationBuilder app) => app.Use((context, next) =>
        (context.Request.Query.Count > 0 || context.PresentedTicket() is not null)
        && context.GetEndpoint()?.Metadata.GetMetadata<Names>()?.Violations(context) is { Count: > 0 } violations
            ? Problems.Invalid(violations).ExecuteAsync(context)
            : next(context));

    private static bool IsList(IParameterBindingMetadata parameter) => parameter.ParameterInfo.ParameterType == typeof(string[]);

    private static string[] NamesOf(IEnumerable<IParameterBindingMetadata> parameters) =>
        [.. parameters.Select(parameter => JsonNamingPolicy.CamelCase.ConvertName(parameter.Name))];

    private sealed record Names(string[] Known, string[] Repeatable)
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
                else if (values.Count > 1 && !Repeatable.Contains(name, StringComparer.OrdinalIgnoreCase))
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
