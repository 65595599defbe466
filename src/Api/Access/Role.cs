namespace AutoencoderApi.Api.Access;

/// <summary>What a key may do; each role may do all that the ones before it may.</summary>
internal enum Role
{
    /// <summary>Read, and look at models.</summary>
    Reader,

    /// <summary>Also make, cancel and delete jobs, checkpoints, tags and data sets.</summary>
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
}
