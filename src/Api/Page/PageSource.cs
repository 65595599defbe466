using System.Text;
using System.Text.RegularExpressions;

namespace AutoencoderApi.Api.Page;

/// <summary>
/// Folds the page's modules into one script and its style sheets into one, so that a browser asks for four files in place of some sixty.
/// The sources are plain ES modules and CSS, which a browser runs as they are; folding needs no tool that is not .NET (decision 12).
/// </summary>
/// <remarks>
/// A module becomes a function that returns its exports; the modules that it imports stand before it. Read are the forms that the
/// page's modules have: <c>import { a, b as c } from "./x.js";</c> and <c>import * as x from "./x.js";</c>, each on a line, and
/// <c>export</c> before a declaration. The script of the page exports nothing and stands last, unwrapped, so that it may await.
/// </remarks>
internal static partial class PageSource
{
    /// <exception cref="InvalidOperationException">
    /// Two modules import one another, or a module has another form of import or export.
    /// </exception>
    public static string Script(string folder, string name)
    {
        var folded = new StringBuilder();
        var seen = new Dictionary<string, bool>();
        Fold(name);
        return folded.ToString();

        void Fold(string module)
        {
            if (seen.TryGetValue(module, out bool isWhole))
            {
                Check(isWhole, module, "imports a module that imports it");
                return;
            }

            seen[module] = false;
            string source = File.ReadAllText(Path.Combine(folder, module));
            foreach (Match import in Import().Matches(source))
            {
                Fold(import.Groups["module"].Value);
            }

            seen[module] = true;
            string body = Export().Replace(
                Import().Replace(source, import => $"const {Names(import)} = {Variable(import.Groups["module"].Value)};"),
                "${declaration}");
            Check(!OtherForm().IsMatch(body), module, "has an import or export of a form that cannot be folded");
            string exports = string.Join(", ", Export().Matches(source).Select(export => export.Groups["name"].Value));
            Check(module != name || exports.Length == 0, module, "is the page's own script and exports something");
            folded.Append(module == name
                ? body
                : $"const {Variable(module)} = (() => {{ // {module}\n{body}return {{ {exports} }};\n}})();\n\n");
        }
    }

    public static string StyleSheet(string folder, string name) =>
        StyleImport().Replace(
            File.ReadAllText(Path.Combine(folder, name)),
            import => StyleSheet(folder, import.Groups["sheet"].Value));

    private static string Names(Match import) =>
        import.Groups["all"] is { Success: true } all
            ? all.Value
            : import.Groups["some"].Value.Replace(" as ", ": ", StringComparison.Ordinal);

    private static string Variable(string module) => "$" + Path.GetFileNameWithoutExtension(module).Replace('-', '_');

    private static void Check(bool isSo, string module, string otherwise)
    {
        if (!isSo)
        {
            throw new InvalidOperationException($"{module} {otherwise}.");
        }
    }

    [GeneratedRegex(
        @"^import (\* as (?<all>\w+)|(?<some>\{[^}\n]*\})) from ""\./(?<module>[\w-]+\.js)"";$",
        RegexOptions.Multiline)]
    private static partial Regex Import();

    [GeneratedRegex(@"^export (?<declaration>(const|class|(async )?function\*?) (?<name>\w+))", RegexOptions.Multiline)]
    private static partial Regex Export();

    [GeneratedRegex(@"^\s*(import|export)\b|\bimport\(", RegexOptions.Multiline)]
    private static partial Regex OtherForm();

    [GeneratedRegex(@"^@import ""(?<sheet>[\w-]+\.css)"";$", RegexOptions.Multiline)]
    private static partial Regex StyleImport();
}
