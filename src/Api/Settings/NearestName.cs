namespace AutoencoderApi.Api.Settings;

/// <summary>Finds the name that a misspelt one was meant to be.</summary>
internal static class NearestName
{
    /// <summary>The known name with the least distance, the first of several.</summary>
    public static string Of(string name, IEnumerable<string> known) => known.MinBy(other => Distance(name, other))!;

    /// <summary>Whether the name is so near the other one that it is hardly a name of its own: one edit in three letters.</summary>
    public static bool IsMisspelling(string name, string of) => Distance(name, of) is > 0 and var edits && edits <= of.Length / 3;

    /// <summary>
    /// Insertions, deletions, substitutions and transpositions of neighbours that turn one name into the other, whatever the case
    /// (optimal string alignment: Damerau, "A technique for computer detection and correction of spelling errors", 1964).
    /// </summary>
    public static int Distance(string first, string second)
    {
        (string a, string b) = (first.ToUpperInvariant(), second.ToUpperInvariant());
        int[,] edits = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
        {
            for (int j = 0; j <= b.Length; j++)
            {
                edits[i, j] = i == 0 || j == 0
                    ? i + j
                    : Math.Min(edits[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), Math.Min(edits[i - 1, j], edits[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    edits[i, j] = Math.Min(edits[i, j], edits[i - 2, j - 2] + 1);
                }
            }
        }

        return edits[a.Length, b.Length];
    }
}
