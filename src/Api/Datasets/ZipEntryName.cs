using System.Globalization;
using AutoencoderApi.Domain.Datasets;

namespace AutoencoderApi.Api.Datasets;

/// <summary>What an archive's entry says by its name. The name is looked at and sorted by, and never becomes a path.</summary>
/// <param name="Split">The place in <see cref="Dataset.Splits"/> of the first folder that is called as a split is; -1 where none is.</param>
/// <param name="Label">The first folder that is a number from 0 to 255; null where none is.</param>
internal sealed record ZipEntryName(int Split, byte? Label)
{
    private const int LongestShown = 100;

    /// <summary>Null for what is no picture: a folder, and what a desktop leaves in them unseen.</summary>
    public static ZipEntryName? Read(string name)
    {
        string[] parts = name.Split('/', '\\');
        if (parts[^1] is "" || parts.Any(part => part is "__MACOSX" || (part is ['.', ..] and not ("." or ".."))))
        {
            return null;
        }

        string[] folders = parts[..^1];
        int split = folders.Select(folder => IndexOf(folder)).FirstOrDefault(index => index >= 0, -1);
        byte? label = folders.Select(Label).FirstOrDefault(number => number is not null);
        return new ZipEntryName(split, label);

        static int IndexOf(string folder) => Dataset.Splits.TakeWhile(split => split != folder).Count() is var index && index < Dataset.Splits.Count ? index : -1;

        static byte? Label(string folder) => byte.TryParse(folder, NumberStyles.None, CultureInfo.InvariantCulture, out byte number) ? number : null;
    }

    /// <summary>The name for people, not longer than they would read.</summary>
    public static string Shown(string name) => name.Length <= LongestShown ? $"'{name}'" : $"'{name[..LongestShown]}…'";
}
