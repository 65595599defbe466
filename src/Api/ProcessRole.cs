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
    public static ProcessRole Role(this IConfiguration configuration) => configuration.GetValue("Role", ProcessRole.All);

    /// <summary>What must be set otherwise for the process to start, in one line; null where all is well.</summary>
    public static string? Violation(IConfiguration configuration)
    {
        if (!Names<ProcessRole>(configuration["Role"]))
        {
            return $"Role is '{configuration["Role"]}'; set it to all, api or worker.";
        }

        if (!Names<StoreProvider>(configuration["Store:Provider"]))
        {
            return $"Store__Provider is '{configuration["Store:Provider"]}'; set it to sqlite or postgres.";
        }

        return configuration.Provider() == StoreProvider.Postgres
            ? ConnectionViolation(configuration.GetConnectionString(StoreOptions.ConnectionName))
            : SplitViolation(configuration.Role());
    }

    private static bool Names<T>(string? value)
        where T : struct, Enum => value is null || Enum.GetNames<T>().Contains(value, StringComparer.OrdinalIgnoreCase);

    private static string? SplitViolation(ProcessRole role) => role == ProcessRole.All
        ? null
        : $"Role={WireFormat.Name(role)} needs a store and a queue that processes share: set Store__Provider=postgres and ConnectionStrings__Store, or Role=all.";

    private static string? ConnectionViolation(string? connection)
    {
        if (string.IsNullOrWhiteSpace(connection))
        {
            return "Store__Provider=postgres needs ConnectionStrings__Store; set it, such as to Host=localhost;Database=autoencoder;Username=autoencoder;Password=...";
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
