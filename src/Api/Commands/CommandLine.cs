namespace AutoencoderApi.Api.Commands;

/// <summary>What the program does besides serving, selected by its first arguments.</summary>
internal static class CommandLine
{
    private static readonly string[] s_help = ["--help", "-h", "-?"];

    /// <summary>Runs the command that the arguments name.</summary>
    /// <param name="stop">Cancelled where the process is asked to stop.</param>
    /// <returns>The exit status, 2 for a command that there is not; null where the service is to be built.</returns>
    public static async Task<int?> RunAsync(string[] args, CancellationToken stop) =>
        args switch
        {
            [] => null,
            ["help", ..] => Help(),
            _ when args.Any(s_help.Contains) => Help(),
            [var setting, ..] when setting.StartsWith("--", StringComparison.Ordinal) => Fault(args) is { } fault ? Usage(fault) : null,
            ["keys", "create", .. var rest] => KeysCommand.Parse(rest) is { } command
                ? command.Run(Console.Out, Console.Error)
                : Usage(KeysCommand.Rule),
            _ when OpenApiCommand.IsNamedBy(args) => null, // Program runs it: the document is of its endpoints
            [OpenApiCommand.Name, ..] => Usage($"openapi takes {OpenApiCommand.Older} or nothing."),
            ["health"] => await HealthCommand.RunAsync(Console.Error, stop),
            [BackupCommand.Name, _] => null, // Program runs it: with the configuration of the service
            [BackupCommand.Name, ..] => Usage("backup needs one FILE, the copy to be made."),
            _ => Usage($"There is no command '{string.Join(' ', args)}'."),
        };

    /// <summary>
    /// What is wrong with the settings among the arguments; null where each has its value, as <c>--NAME=VALUE</c> or <c>--NAME
    /// VALUE</c>.
    /// </summary>
    private static string? Fault(string[] args)
    {
        for (int i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                return $"'{args[i]}' is no setting: write --NAME=VALUE.";
            }

            if (!args[i].Contains('=') && (++i == args.Length || args[i].StartsWith("--", StringComparison.Ordinal)))
            {
                return $"'{args[i - 1]}' has no value: write --NAME=VALUE.";
            }
        }

        return null;
    }

    private static int Help()
    {
        Console.WriteLine(UsageText.Help);
        return 0;
    }

    private static int Usage(string fault)
    {
        Console.Error.WriteLine($"{fault}\n{UsageText.Commands}\n\n--help shows the settings.");
        return 2;
    }
}
