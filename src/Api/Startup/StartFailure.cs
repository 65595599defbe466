using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Startup;

/// <summary>The one place that turns whatever keeps the program from starting into one sentence on the console and exit status 1.</summary>
internal static partial class StartFailure
{
    /// <summary>What reads settings, and reports a wrong one by an exception of a general type.</summary>
    private static readonly string[] s_readers =
    [
        "Microsoft.Extensions.Configuration", "Microsoft.Extensions.Logging", "Microsoft.AspNetCore.Server.Kestrel",
        "Microsoft.AspNetCore.Http", "OpenTelemetry",
    ];

    /// <summary>Runs the program.</summary>
    /// <param name="stop">Cancelled where the process is asked to stop: that is no failure, at any time.</param>
    /// <returns>The exit status.</returns>
    public static async Task<int> ReportAsync(Func<Task<int>> program, CancellationToken stop)
    {
        try
        {
            return await program();
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception e) when (e is not HostAbortedException) // by which design-time tools leave, once they have the services
        {
            await Console.Error.WriteLineAsync(Sentence(e) ?? $"This is a fault of the program; report it with all that follows. {e}");
            return 1;
        }
    }

    /// <summary>What is wrong, in one line; null for a fault of this program.</summary>
    private static string? Sentence(Exception fault) => fault switch
    {
        StartException => OneLine(fault.Message),
        OptionsValidationException invalid => OneLine(string.Join(" ", invalid.Failures.Select(Setting))),
        AggregateException several => Sentences([.. several.InnerExceptions.Select(Sentence)]),
        UnauthorizedAccessException => OneLine($"{fault.Message} The process runs as {ProcessUser.Description}."),
        IOException or InvalidDataException => OneLine(WithCause(fault)),
        InvalidOperationException or FormatException or ArgumentException when IsOfSettings(fault) => OneLine(WithCause(fault)),
        _ => null,
    };

    private static string? Sentences(string?[] each) => each.Contains(null) ? null : string.Join(" ", each);

    /// <summary>Data annotations name the class and its property; the operator knows the section and the setting.</summary>
    private static string Setting(string failure) => Annotation().Match(failure) is { Success: true } match
        ? $"{(match.Groups["member"].Length > 0 ? $"{match.Groups["section"]}:{match.Groups["member"]}: " : "")}{match.Groups["error"]}"
        : failure;

    /// <summary>The message, and that of the innermost cause: what reads a file names it, and its parser says where it is wrong.</summary>
    public static string WithCause(Exception fault)
    {
        string cause = fault.GetBaseException().Message;
        return fault.Message.Contains(cause, StringComparison.Ordinal) ? fault.Message : $"{fault.Message.TrimEnd('.')}: {cause}";
    }

    private static bool IsOfSettings(Exception fault) =>
        s_readers.Any(reader => fault.Source?.StartsWith(reader, StringComparison.Ordinal) is true);

    private static string OneLine(string text) => LineBreak().Replace(text.Trim(), " ");

    [GeneratedRegex(@"\s*\n\s*")]
    private static partial Regex LineBreak();

    [GeneratedRegex(
        @"^DataAnnotation validation failed for '(?<section>\w+?)(Options)?' members: '(?<member>.*?)' with the error: '(?<error>.*)'\.$",
        RegexOptions.Singleline
    )]
    private static partial Regex Annotation();
}
