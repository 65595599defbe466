namespace AutoencoderApi.Api.Telemetry;

/// <summary>Checks the levels of the log before it is built: what builds it does not say which setting is wrong.</summary>
internal static class LogLevels
{
    /// <summary>Which level there is not, in one line; null where all are right.</summary>
    public static string? Violation(IConfiguration configuration)
    {
        IConfigurationSection logging = configuration.GetSection("Logging");
        return logging.GetChildren().Select(provider => provider.GetSection("LogLevel")).Prepend(logging.GetSection("LogLevel"))
            .SelectMany(levels => levels.GetChildren())
            .FirstOrDefault(level => level.Value is not null && !Enum.TryParse<LogLevel>(level.Value, ignoreCase: true, out _)) is { } wrong
            ? $"{wrong.Path.Replace(":", "__", StringComparison.Ordinal)} is '{wrong.Value}'; set it to one of "
                + $"{string.Join(", ", Enum.GetNames<LogLevel>())}."
            : null;
    }
}
