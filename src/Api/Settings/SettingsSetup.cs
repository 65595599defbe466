using AutoencoderApi.Api.Store;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Settings;

/// <summary>The sections of the configuration that are this service's own: bound once, checked at start.</summary>
internal static class SettingsSetup
{
    private const string ConnectionStrings = "ConnectionStrings";

    /// <summary>Binds a section to a class, whose properties become the only names that the section may have.</summary>
    public static void AddSettings<T>(this IServiceCollection services, string section)
        where T : class, new()
    {
        services.AddSingleton(new SettingsSection(section, typeof(T)));
        services.AddOptions<T>().BindConfiguration(section, binder => binder.ErrorOnUnknownConfiguration = true);
    }

    /// <summary>What must be set otherwise for the service to start, in one line; null where all is well.</summary>
    public static string? SettingsViolation(this IServiceCollection services, IConfiguration configuration)
    {
        SettingsSection[] sections = [.. services.Select(service => service.ImplementationInstance).OfType<SettingsSection>()];
        string[] names = [.. sections.Select(section => section.Name), ConnectionStrings];
        string[] violations =
        [
            .. sections.SelectMany(section => section.Violations(configuration)),
            .. Misspelt(configuration.GetChildren().Where(child => child.GetChildren().Any()), names),
            .. Misspelt(configuration.GetSection(ConnectionStrings).GetChildren(), [StoreOptions.ConnectionName]),
            .. Contradictions(names),
        ];
        return violations.Length == 0 ? null : string.Join(' ', violations);
    }

    /// <summary>Names that are nearly ours, where others' are too: the host's variables, connection strings of something else.</summary>
    private static IEnumerable<string> Misspelt(IEnumerable<IConfigurationSection> children, string[] ours) =>
        from child in children
        where !ours.Contains(child.Key, StringComparer.OrdinalIgnoreCase)
        let nearest = NearestName.Of(child.Key, ours)
        where NearestName.IsMisspelling(child.Key, nearest)
        select $"{child.Path} is unknown; did you mean {nearest}?";

    /// <summary>Variables that name one setting in letters of different case: which of them counts would be left to chance.</summary>
    private static IEnumerable<string> Contradictions(string[] sections) =>
        from name in Environment.GetEnvironmentVariables().Keys.Cast<string>()
        where name.Equals(ProcessRoles.Setting, StringComparison.OrdinalIgnoreCase)
            || sections.Any(section => name.StartsWith($"{section}__", StringComparison.OrdinalIgnoreCase))
        group name by name.ToUpperInvariant() into same
        where same.Select(Environment.GetEnvironmentVariable).Distinct().Count() > 1
        select $"{string.Join(" and ", same.Order(StringComparer.Ordinal))} are one setting with different values; keep one of them.";
}
