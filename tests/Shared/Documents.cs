using System.Text.RegularExpressions;

namespace AutoencoderApi.Tests;

/// <summary>The documents of the repository, in Markdown: paths from its root.</summary>
internal static partial class Documents
{
    private static readonly string[] s_folders =
        ["", "docs", "docs/decisions", "deploy/kubernetes", "clients/python", "clients/typescript"];

    public static string[] All { get; } =
    [
        .. from folder in s_folders
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.md")
        orderby file
        select Path.GetRelativePath(Repository.Root, file),
    ];

    /// <summary>The documents whose commands somebody may paste; those of the clients have tests of their own.</summary>
    public static string[] WithCommands { get; } = [.. All.Where(path => !path.StartsWith("clients/", StringComparison.Ordinal))];

    public static string Read(string path) => File.ReadAllText(Path.Combine(Repository.Root, path));

    /// <summary>Blocks between fences of <c>sh</c>, and blocks that are indented by four spaces.</summary>
    public static IEnumerable<ShellBlock> ShellBlocks(string path)
    {
        string[] lines = Read(path).Split('\n');
        string? marker = null;
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].TrimStart();
            int first = i;
            if (line.StartsWith("<!--", StringComparison.Ordinal))
            {
                marker = line;
                continue;
            }

            if (line.StartsWith("```", StringComparison.Ordinal))
            {
                do
                {
                    i++;
                }
                while (lines[i].Trim() != "```");

                if (line == "```sh")
                {
                    yield return new(path, first + 1, [.. lines[(first + 1)..i].Select(each => each.Trim())], marker);
                }
            }
            else if (IsIndented(lines[i]) && i > 0 && lines[i - 1].Length == 0 && !ListItem().IsMatch(lines[i]))
            {
                while (IsIndented(At(lines, i + 1)) || (At(lines, i + 1) == "" && IsIndented(At(lines, i + 2))))
                {
                    i++;
                }

                yield return new(path, first + 1, [.. lines[first..(i + 1)].Select(each => each.Trim())], marker);
            }

            marker = lines[i].Length == 0 ? marker : null;
        }
    }

    private static string? At(string[] lines, int number) => lines.ElementAtOrDefault(number);

    private static bool IsIndented(string? line) => line?.StartsWith("    ", StringComparison.Ordinal) is true;

    [GeneratedRegex("^ +([-*]|[0-9]+\\.) ")]
    private static partial Regex ListItem();
}

/// <summary>Commands of a document, as they stand.</summary>
/// <param name="Line">The number of the block's first line.</param>
/// <param name="Marker">The comment above the block, or null where there is none.</param>
internal sealed partial record ShellBlock(string Document, int Line, string[] Commands, string? Marker)
{
    /// <summary>The file of the repository that runs the block, or null.</summary>
    public string? RunBy => Marker is not null && RunByMarker().Match(Marker) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>Why nothing runs the block, or null.</summary>
    public string? NotRun => Marker is not null && NotRunMarker().Match(Marker) is { Success: true } match ? match.Groups[1].Value : null;

    /// <summary>The programs of a block that only measures or tests, from minutes to hours; else none.</summary>
    public string[] Measurements =>
        Commands.All(Measurement().IsMatch) ? [.. Commands.Select(command => Measurement().Match(command).Groups[1].Value)] : [];

    public bool IsRunAsItStands => Marker is null && Measurements is [];

    public override string ToString() => $"{Document}:{Line}";

    [GeneratedRegex("^<!-- run by (\\S+) -->$")]
    private static partial Regex RunByMarker();

    [GeneratedRegex("^<!-- not run: (.{10,}) -->$")]
    private static partial Regex NotRunMarker();

    [GeneratedRegex("^(?:[A-Z_]+=\\S+ )*(?:dotnet )?(?:\\./)?(test|bench/[a-z]+|build/[a-z]+|tests/[A-Za-z.]+)\\b")]
    private static partial Regex Measurement();
}
