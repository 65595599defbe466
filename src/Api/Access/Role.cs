using AutoencoderApi.Api.Errors;

namespace AutoencoderApi.Api.Access;

/// <summary>Permissions of a key; each role includes those before it.</summary>
internal enum Role
{
    /// <summary>Read, and inspect models.</summary>
    Reader,

    /// <summary>Also create, cancel and delete jobs, checkpoints, tags and data sets.</summary>
    Operator,

    /// <summary>Also use the dashboard.</summary>
    Admin,
}

/// <summary>The names of the authorization policies, one a role.</summary>
internal static class Roles
{
    public const string Reader = nameof(Role.Reader);
    public const string Operator = nameof(Role.Operator);
    public const string Admin = nameof(Role.Admin);

    /// <summary>Lets in callers of that role and above, and declares how the others are refused.</summary>
    public static TBuilder RequireRole<TBuilder>(this TBuilder endpoints, string role)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.RequireAuthorization(role).ProducesProblems(ProblemType.NotAuthenticated, ProblemType.NotAllowed);
}
