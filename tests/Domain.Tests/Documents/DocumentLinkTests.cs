using System.Text.RegularExpressions;
using AutoencoderApi.Diagrams;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Tests;
using Texts = AutoencoderApi.Tests.Documents;

namespace AutoencoderApi.Domain.Tests.Documents;

/// <summary>What a reader of the documents must not meet: a dead link, a command that nobody has run, a picture of yesterday.</summary>
public sealed partial class DocumentLinkTests
{
    private const int ReadmeWords = 700;

    public static TheoryData<string> All => [.. Texts.All];

    public static TheoryData<string> WithCommands => [.. Texts.WithCommands];

    public static TheoryData<string> Names => [.. JsonConventions.Names<Architecture>()];

    [Theory]
    [MemberData(nameof(All))]
    public void Every_link_leads_to_a_file_and_a_heading_that_exist(string document)
    {
        string folder = Path.GetDirectoryName(document)!;
        foreach (string link in Links(document).Where(link => !External().IsMatch(link)))
        {
            string[] parts = link.Split('#');
            string target = parts[0].Length == 0 ? document : Path.Combine(folder, parts[0]);
            string path = Path.GetFullPath(Path.Combine(Repository.Root, target));
            Assert.True(File.Exists(path) || Directory.Exists(path), $"{document}: {link} leads nowhere");
            if (parts.Length == 2 && path.EndsWith(".md", StringComparison.Ordinal))
            {
                Assert.True(Anchors(File.ReadAllText(path)).Contains(parts[1]), $"{document}: {link} names no heading");
            }
        }
    }

    [Fact]
    public void Every_picture_is_shown_and_described()
    {
        string[] shown =
        [
            .. from document in Texts.All
            from Match image in Image().Matches(Texts.Read(document))
            where image.Groups["text"].Length > 0
            select Path.GetFileName(image.Groups["path"].Value),
        ];
        IEnumerable<string?> files = Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs/images")).Select(Path.GetFileName);
        Assert.Empty(files.Except([.. shown, "report.png"])); // which stands for docs/report.html where HTML is not shown
    }

    [Fact]
    public void Every_document_stands_in_the_index_and_every_decision_in_the_architecture()
    {
        string[] indexed = [.. Links("docs/index.md"), .. Links("docs/architecture.md")];
        IEnumerable<string> documents =
            Texts.All.Where(path => path.StartsWith("docs/", StringComparison.Ordinal)).Select(path => path["docs/".Length..]);
        Assert.Empty(documents.Except([.. indexed, "index.md"]));
    }

    [Theory]
    [MemberData(nameof(WithCommands))]
    public void Every_shell_block_is_run_or_says_why_not(string document)
    {
        foreach (ShellBlock block in Texts.ShellBlocks(document))
        {
            Assert.True(block.Marker is null || block.RunBy is not null || block.NotRun is not null, $"{block}: {block.Marker}");
            foreach (string program in (string[])[.. block.Measurements, .. block.RunBy is { } file ? [file] : Array.Empty<string>()])
            {
                string path = Path.Combine(Repository.Root, program);
                Assert.True(
                    File.Exists(path) || Directory.Exists(path) || program.StartsWith("tests/", StringComparison.Ordinal),
                    $"{block}: {program} is not there");
            }
        }
    }

    [Fact]
    public void The_README_is_read_in_a_few_minutes() =>
        Assert.InRange(Texts.Read("README.md").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 1, ReadmeWords);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_diagram_of_a_network_is_drawn_from_its_definition(string name)
    {
        var settings = TrainingSettings.For(JsonConventions.Parse<Architecture>(name)!.Value, "mnist");
        Assert.True(
            Texts.Read($"docs/images/network-{name}.svg") == NetworkDiagram.Draw(name, NetworkDefinition.For(settings)),
            "Draw the diagrams again: bench/diagrams networks");
    }

    private static IEnumerable<string> Links(string document) =>
        Link().Matches(Code().Replace(Texts.Read(document), "")).Select(match => match.Groups[1].Value);

    /// <summary>The anchors that GitHub gives to the headings.</summary>
    private static HashSet<string> Anchors(string text)
    {
        var anchors = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match heading in Heading().Matches(Fence().Replace(text, "")))
        {
            string words = Markup().Replace(heading.Groups[1].Value, "$1").ToLowerInvariant();
            string anchor = NoAnchor().Replace(words, "").Replace(' ', '-');
            for (int i = 1; !anchors.Add(anchor); i++)
            {
                anchor = $"{anchor}-{i}";
            }
        }

        return anchors;
    }

    [GeneratedRegex("^[a-z]+:")]
    private static partial Regex External();

    [GeneratedRegex("\\]\\(([^)\\s]+)\\)")]
    private static partial Regex Link();

    [GeneratedRegex("!\\[(?<text>[^\\]]*)\\]\\((?<path>[^)\\s]+)\\)")]
    private static partial Regex Image();

    [GeneratedRegex("^ *```.*?^ *```$|`[^`\n]*`", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Code();

    [GeneratedRegex("^```.*?^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex("^#+ (.*?) *$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("\\[([^\\]]*)\\]\\([^)]*\\)")]
    private static partial Regex Markup();

    [GeneratedRegex("[^\\p{L}\\p{N}_ -]")]
    private static partial Regex NoAnchor();
}
