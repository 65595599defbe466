using AutoencoderApi.Api.Settings;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using Npgsql;

namespace AutoencoderApi.Api;

/// <summary>What this process does (setting <c>Role</c>).</summary>
internal enum ProcessRole
{
    /// <summary>Answers calls and trains.</summary>
    All,

    /// <summary>Answers calls and enqueues jobs.</summary>
    Api,

    /// <summary>Trains, and answers for its health and measurements alone.</summary>
    Worker,
}

internal static class ProcessRoles
{
    public const string Setting = "Role";

    public static ProcessRole Role(this IConfiguration configuration) => configuration.GetValue(Setting, ProcessRole.All);

    /// <summary>What must be set otherwise for the process to start, in one line; null where all is well.</summary>
    public static string? Violation(IConfiguration configuration)
    {
        IEnumerable<string> unreadable = SectionCheck.Violations(configuration.GetSection(Setting), typeof(ProcessRole))
            .Concat(SectionCheck.Violations(configuration.GetSection("Store:Provider"), typeof(StoreProvider)));
        if (unreadable.FirstOrDefault() is { } violation)
        {
            return violation;
        }

        return configuration.Provider() == StoreProvider.Postgres
            ? ConnectionViolation(configuration.GetConnectionString(StoreOptions.ConnectionName))
            : SplitViolation(configuration.Role());
    }

    private static string? SplitViolation(ProcessRole role) =>
        role == ProcessRole.All
            ? null
            : $"Role={JsonConventions.Name(role)} needs a store and a queue that processes share: set Store__Provider=postgres and "
                + $"ConnectionStrings__Store, or Role=all.";

    private static string? ConnectionViolation(string? connection)
    {
        if (string.IsNullOrWhiteSpace(connection))
        {
            return "Store__Provider=postgres needs ConnectionStrings__Store; set it, such as to "
                + "Host=localhost;Database=autoencoder;Username=autoencoder;Password=...";
        }

        try
        {
            _ = new NpgsqlConnectionStringBuilder(connection);
            return null;
        }
        catch (ArgumentException e)
        {
            return $"ConnectionStrings__Store cannot be read: {e.Message}";
        }
    }
}
