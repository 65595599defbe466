using System.Globalization;
using System.Text.RegularExpressions;
using AutoencoderApi.Domain.Datasets;

namespace AutoencoderApi.Api.Datasets;

/// <summary>What an archive's entry says by its name. The name is looked at and sorted by, and never becomes a path.</summary>
/// <param name="Split">The place in <see cref="Dataset.Splits"/> of the split that a folder is called by; -1 where none is.</param>
/// <param name="Label">The folder nearest to the file that is a number from 0 to 255; null where none is.</param>
/// <param name="Class">The folder that the file lies in, unless that is a split's; null where there is none.</param>
/// <param name="Doubt">Why the folders may mean more than one thing, or null.</param>
internal sealed partial record ZipEntryName(int Split, byte? Label, string? Class, string? Doubt)
{
    private const int LongestShown = 100;

    /// <summary>The names that splits go by, each with the split's place in <see cref="Dataset.Splits"/>.</summary>
    private static readonly Dictionary<string, int> s_splits = new(StringComparer.OrdinalIgnoreCase)
    {
        ["train"] = 0,
        ["training"] = 0,
        ["validation"] = 1,
        ["valid"] = 1,
        ["val"] = 1,
        ["test"] = 2,
        ["testing"] = 2,
    };

    /// <summary>What desktops and archivers leave in folders, and what tells people about a data set.</summary>
    private static readonly string[] s_leftFolders = ["__MACOSX", "$RECYCLE.BIN", "System Volume Information", "@eaDir"];
    private static readonly string[] s_leftFiles = ["Thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "Icon\r"];
    private static readonly string[] s_documents = ["README", "LICENSE", "LICENCE", "NOTICE", "COPYING", "CHANGELOG"];

    /// <summary>Null for what is to be passed over: a folder, a hidden or left file, a document about the data set.</summary>
    public static ZipEntryName? Read(string name)
    {
        string[] parts = name.Split('/', '\\');
        if (parts[^1] is "" || parts.Any(IsLeft) || IsDocument(parts[^1]))
        {
            return null;
        }

        string[] folders = [.. parts[..^1].Where(folder => folder is not ("" or "." or ".."))];
        int[] splits = [.. folders.Where(s_splits.ContainsKey).Select(folder => s_splits[folder]).Distinct()];
        string? unsure = Array.Find(folders, folder => !s_splits.ContainsKey(folder) && SplitLike().IsMatch(folder));
        string? doubt = splits.Length > 1 ? "lies in folders of two splits; leave one of them out."
            : unsure is not null
            ? $"lies in the folder {Shown(unsure)}, which may mean a split. Call it train, validation or test, or something else."
            : null;
        return new ZipEntryName(
            splits is [var split, ..] ? split : -1,
            folders.Select(Number).LastOrDefault(number => number is not null),
            folders is [.., var last] && !s_splits.ContainsKey(last) ? last : null,
            doubt);
    }

    /// <summary>The name for people, not longer than they would read.</summary>
    public static string Shown(string name) => name.Length <= LongestShown ? $"'{name}'" : $"'{name[..LongestShown]}…'";

    private static byte? Number(string folder) =>
        byte.TryParse(folder, NumberStyles.None, CultureInfo.InvariantCulture, out byte number) ? number : null;

    private static bool IsLeft(string part) =>
        (part is ['.', ..] and not ("." or "..")) || s_leftFolders.Concat(s_leftFiles).Contains(part, StringComparer.OrdinalIgnoreCase);

    private static bool IsDocument(string file) =>
        s_documents.Contains(file.Split('.')[0], StringComparer.OrdinalIgnoreCase)
        && !file.EndsWith(".png", StringComparison.OrdinalIgnoreCase);

    /// <summary>A split's name as a word of a longer one, such as <c>train_images</c>, <c>testset</c> or <c>mnist-val</c>.</summary>
    [GeneratedRegex(
        "(?<![a-z])(train(ing)?|val(id(ation)?)?|test(ing)?)(set|data|dataset|images|pictures|split)?(?![a-z])", RegexOptions.IgnoreCase)]
    private static partial Regex SplitLike();
}
