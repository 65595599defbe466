namespace AutoencoderApi.Api.Errors;

/// <summary>
/// Declares the types of problems that an endpoint can answer with, where its route is mapped or by the convention that causes them. The
/// OpenAPI document and the tests read them from there.
/// </summary>
internal static class ProblemConventions
{
    public static TBuilder ProducesProblems<TBuilder>(this TBuilder endpoint, params IEnumerable<ProblemType> problems)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata([.. problems]);

    /// <param name="problems">Those of an endpoint, given all that is declared of it.</param>
    public static TBuilder ProducesProblems<TBuilder>(this TBuilder endpoints, Func<IEnumerable<object>, IEnumerable<ProblemType>> problems)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Finally(endpoint =>
        {
            foreach (ProblemType problem in problems(endpoint.Metadata).ToList())
            {
                endpoint.Metadata.Add(problem);
            }
        });
        return endpoints;
    }
}
