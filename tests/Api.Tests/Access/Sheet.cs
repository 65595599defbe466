using System.Text.RegularExpressions;

namespace AutoencoderApi.Api.Tests.Access;

/// <summary>What <c>keys create --count</c> prints.</summary>
internal static partial class Sheet
{
    public static (string Name, string Key)[] Of(string output) =>
        [.. Line().Matches(output).Select(line => (line.Groups[1].Value, line.Groups[2].Value))];

    [GeneratedRegex("^([a-z0-9._-]+)  (aek_[A-Za-z0-9_-]{43})$", RegexOptions.Multiline)]
    private static partial Regex Line();
}
