namespace AutoencoderApi.Api.Datasets;

/// <summary>The labels that an archive's folders give its images: numbers, or else the names of the folders that they lie in.</summary>
/// <param name="Values">One for each image.</param>
/// <param name="Names">What each value is called; null where the folders give no labels.</param>
internal sealed record ZipLabels(byte[] Values, IReadOnlyList<string>? Names)
{
    private const int MaxClasses = 256; // of a byte
    private const int LongestClass = 100;

    /// <summary>What is wrong with the folders as labels, given the images' names and how to show each; or null.</summary>
    public static string? Fault(IReadOnlyList<(ZipEntryName Name, string Shown)> entries)
    {
        if (entries.FirstOrDefault(entry => entry.Name.Label is null != entries[0].Name.Label is null) is { Name: not null } unlike)
        {
            return $"{unlike.Shown} and {entries[0].Shown} differ in having a label: "
                + $"put all images into folders that are numbers from 0 to 255, or none.";
        }

        string[]? classes = Classes([.. entries.Select(entry => entry.Name)]);
        if (classes?.Length > MaxClasses)
        {
            return $"The images lie in {classes.Length} folders; as labels there may be at most {MaxClasses}. Use fewer folders.";
        }

        return Array.Find(classes ?? [], name => name.Length > LongestClass || name.Any(char.IsControl)) is { } wrong
            ? $"The folder {ZipEntryName.Shown(wrong)} is a label; its name must have at most {LongestClass} characters, no control "
                + $"characters."
            : null;
    }

    public static ZipLabels Of(IReadOnlyList<ZipEntryName> names) =>
        names[0].Label is not null ? new([.. names.Select(name => name.Label!.Value)], UploadedImages.Numbers)
        : Classes(names) is { } classes
        ? new([.. names.Select(name => (byte)Array.BinarySearch(classes, name.Class!, StringComparer.Ordinal))], classes)
        : new(new byte[names.Count], null);

    /// <summary>
    /// The folders that the images lie in, sorted; null where they have numbers, where an image lies in none, or all in
    /// one.
    /// </summary>
    private static string[]? Classes(IReadOnlyList<ZipEntryName> names)
    {
        if (names.Any(name => name.Label is not null || name.Class is null))
        {
            return null;
        }

        string[] classes = [.. names.Select(name => name.Class!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return classes.Length > 1 ? classes : null;
    }
}
