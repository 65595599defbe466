using System.Text.RegularExpressions;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

public sealed partial class ProblemDocsTests
{
    [Fact]
    public void Every_type_of_problem_in_the_code_stands_in_the_guide_and_the_other_way_round()
    {
        string source = string.Concat(
            Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Api"), "*.cs", SearchOption.AllDirectories)
                .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
                .Select(File.ReadAllText));
        string guide = File.ReadAllText(Path.Combine(Repository.Root, "docs", "errors.md"));
        string errors = guide[guide.IndexOf(ProblemType.UrnPrefix, StringComparison.Ordinal)..];
        Assert.Equal(
            TypesInCode().Matches(source).Select(match => match.Groups["slug"].Value).Distinct().Order(StringComparer.Ordinal),
            TypesInGuide().Matches(errors).Select(match => match.Groups["slug"].Value).Distinct().Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("""(UrnPrefix \+ |new\(\d{3}, )"(?<slug>[a-z]+(-[a-z]+)*)",""")]
    private static partial Regex TypesInCode();

    [GeneratedRegex("`(?<slug>[a-z]+(-[a-z]+)*)`(?= \\||,| \\(| and| or)")]
    private static partial Regex TypesInGuide();
}
