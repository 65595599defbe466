using AutoencoderApi.Domain;
using AutoencoderApi.Api.Access;

namespace AutoencoderApi.Api.Commands;

/// <summary>What the program does besides serving, told by its first arguments.</summary>
internal static class CommandLine
{
    private static readonly string s_usage = $"""
        usage: AutoencoderApi.Api [--SETTING=VALUE ...]          serve; see docs/security.md and README.md for the settings
               AutoencoderApi.Api keys create --role {string.Join('|', WireFormat.Names<Role>())} [--name NAME]
               AutoencoderApi.Api health                         ask the service of this configuration whether it is ready
               AutoencoderApi.Api openapi                        show the OpenAPI document
               AutoencoderApi.Api backup FILE                    copy the SQLite store to a new file, also while the service runs; see docs/deploy.md
        """;

    /// <summary>Runs the command that the arguments name.</summary>
    /// <param name="stop">Cancelled where the process is asked to stop.</param>
    /// <returns>The exit status, 2 for a command that there is not; null where the service is to be built.</returns>
    public static async Task<int?> RunAsync(string[] args, CancellationToken stop) => args switch
    {
        [] => null,
        ["--help" or "-h"] => Help(),
        [var setting, ..] when setting.StartsWith("--", StringComparison.Ordinal) => null,
        ["keys", "create", .. var rest] when KeysCommand.Parse(rest) is { } command => command.Run(Console.Out),
        [OpenApiCommand.Name] => null, // Program runs it: the document is of its endpoints
        ["health"] => await HealthCommand.RunAsync(Console.Error, stop),
        [BackupCommand.Name, _] => null, // Program runs it: with the configuration of the service
        _ => Usage(),
    };

    private static int Help()
    {
        Console.WriteLine(s_usage);
        return 0;
    }

    private static int Usage()
    {
        Console.Error.WriteLine(s_usage);
        return 2;
    }
}
