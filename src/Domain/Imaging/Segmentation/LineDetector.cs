namespace AutoencoderApi.Domain.Imaging.Segmentation;

/// <summary>
/// A piece of a horizontal line: columns <paramref name="Left"/> to <paramref name="End"/> - 1 of rows <paramref name="Top"/> to
/// <paramref name="Bottom"/>.
/// </summary>
internal readonly record struct LinePiece(int Left, int End, int Top, int Bottom)
{
    public int Height => Bottom - Top + 1;
}

/// <summary>
/// Finds horizontal lines, straight or a little slanted or bent: chains of thin pieces, each nearly full, that run through most of the
/// image.
/// </summary>
internal static class LineDetector
{
    private const int Present = 8; // levels of contrast
    private const int PieceWidth = 40; // pixels

    // Of a piece's columns: in as many it has contrast in its row or in a neighbour.
    private const double Full = 0.8;

    // Of the image's longer side; a stroke of a digit that is as long as a line is thicker.
    private const double Thickest = 0.015;

    // Of the image's width: several chains as long as the first are lines, and one that runs through all of it is one by itself.
    private const double Long = 0.6;
    private const double Through = 0.95;
    private const int Several = 3;

    private const int WidestGap = 2; // pieces that a chain may lack on end
    private const int Slack = 2; // pixels that the next piece may lie higher or lower

    /// <returns>The pieces of each line, from left to right.</returns>
    public static IReadOnlyList<IReadOnlyList<LinePiece>> Find(GrayImage contrast)
    {
        GrayImage present = Present3(contrast);
        int count = Math.Max(1, contrast.Width / PieceWidth);
        List<LinePiece>[] columns =
        [
            .. Enumerable.Range(0, count).Select(i => Pieces(present, i * contrast.Width / count, (i + 1) * contrast.Width / count)),
        ];
        var chains = new List<IReadOnlyList<LinePiece>>();
        for (int column = 0; column < count; column++)
        {
            while (columns[column].Count > 0)
            {
                List<LinePiece> chain = Chain(columns, column);
                if (chain.Count >= Math.Max(2, Long * count))
                {
                    chains.Add(chain);
                }
            }
        }

        return chains.Count >= Several ? chains : [.. chains.Where(chain => chain.Count >= Through * count)];
    }

    /// <summary>1 where a pixel or the one above or below it has contrast.</summary>
    private static GrayImage Present3(GrayImage contrast)
    {
        (int width, byte[] pixels) = (contrast.Width, contrast.Pixels);
        byte[] present = new byte[pixels.Length];
        for (int i = 0; i < present.Length; i++)
        {
            int strongest = Math.Max(
                pixels[i],
                Math.Max(i >= width ? pixels[i - width] : 0, i + width < pixels.Length ? pixels[i + width] : 0));
            present[i] = strongest > Present ? (byte)1 : (byte)0;
        }

        return new GrayImage(width, contrast.Height, present);
    }

    /// <summary>The thin bands of rows that are full between two columns, from top to bottom.</summary>
    private static List<LinePiece> Pieces(GrayImage present, int left, int end)
    {
        int thickest = Math.Max(3, (int)(Thickest * Math.Max(present.Width, present.Height))) + 2; // with a neighbour on both sides
        var pieces = new List<LinePiece>();
        int top = -1;
        for (int y = 0; y <= present.Height; y++)
        {
            int covered = 0;
            foreach (byte one in y < present.Height ? present.Pixels.AsSpan((y * present.Width) + left, end - left) : [])
            {
                covered += one;
            }

            bool isFull = covered >= Full * (end - left);
            if (!isFull && top >= 0 && y - top <= thickest)
            {
                pieces.Add(new LinePiece(left, end, top, y - 1));
            }

            top = !isFull ? -1 : top < 0 ? y : top;
        }

        return pieces;
    }

    /// <summary>Takes the first piece of a column, and those that go on from it, each the nearest in height.</summary>
    private static List<LinePiece> Chain(List<LinePiece>[] columns, int first)
    {
        List<LinePiece> chain = [columns[first][0]];
        columns[first].RemoveAt(0);
        int last = first;
        for (int column = first + 1; column < columns.Length && column - last <= WidestGap + 1; column++)
        {
            int reach = 2 * (Slack + (Slack * (column - last)));
            int next = -1;
            for (int i = 0; i < columns[column].Count; i++)
            {
                next = Distance(i) <= (next < 0 ? reach : Distance(next) - 1) ? i : next;
            }

            if (next >= 0)
            {
                chain.Add(columns[column][next]);
                columns[column].RemoveAt(next);
                last = column;
            }

            int Distance(int i) => Math.Abs(columns[column][i].Top + columns[column][i].Bottom - chain[^1].Top - chain[^1].Bottom);
        }

        return chain;
    }
}
