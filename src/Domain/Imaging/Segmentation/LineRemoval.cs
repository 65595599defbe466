namespace AutoencoderApi.Domain.Imaging.Segmentation;

/// <summary>
/// Takes ruled lines and grids out of a contrast image. Ink that is stronger than a line stays, and strokes that a line cut are
/// joined again.
/// </summary>
internal static class LineRemoval
{
    // Ink on a line is stronger than the line by a part of it and some levels.
    private const double StrongerPart = 1.15;
    private const int StrongerLevels = 25;

    // A piece as strong as this is beside ink: the line goes by what it is elsewhere.
    private const double StrongestPiece = 1.3;

    /// <returns>The contrast without lines, and how many pixels the widest of them took.</returns>
    public static (GrayImage Contrast, int Widest) Remove(GrayImage contrast)
    {
        GrayImage turned = Transpose(contrast);
        IReadOnlyList<IReadOnlyList<LinePiece>> rows = LineDetector.Find(contrast), columns = LineDetector.Find(turned);
        if (rows.Count + columns.Count == 0)
        {
            return (contrast, 0);
        }

        byte[] across = Levels(contrast, rows), down = Transpose(new(turned.Width, turned.Height, Levels(turned, columns))).Pixels;
        byte[] without = new byte[contrast.Pixels.Length];
        for (int i = 0; i < without.Length; i++)
        {
            int line = 255 - ((255 - across[i]) * (255 - down[i]) / 255);
            without[i] = line == 0 || contrast.Pixels[i] > (line * StrongerPart) + StrongerLevels ? contrast.Pixels[i] : (byte)0;
        }

        GrayImage result = new GrayImage(contrast.Width, contrast.Height, without);
        Join(result, contrast, rows);
        GrayImage turnedResult = Transpose(result);
        Join(turnedResult, turned, columns);
        return (Transpose(turnedResult), rows.Concat(columns).Max(line => line.Max(piece => Around(piece, int.MaxValue).Height)));
    }

    /// <summary>Rows become columns, and columns rows.</summary>
    private static GrayImage Transpose(GrayImage image)
    {
        (int width, int height) = (image.Width, image.Height);
        byte[] pixels = new byte[image.Pixels.Length];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                pixels[(x * height) + y] = image.Pixels[(y * width) + x];
            }
        }

        return new GrayImage(height, width, pixels);
    }

    /// <summary>The contrast of the line at each pixel, 0 where there is none.</summary>
    private static byte[] Levels(GrayImage contrast, IReadOnlyList<IReadOnlyList<LinePiece>> lines)
    {
        byte[] levels = new byte[contrast.Pixels.Length];
        foreach (IReadOnlyList<LinePiece> line in lines)
        {
            LinePiece[] pieces = [.. line.Select(piece => Around(piece, contrast.Height))];
            int[] strengths = [.. pieces.Select(piece => Strength(contrast, piece))];
            int middle = Median([.. strengths]);
            foreach ((LinePiece piece, int strength) in pieces.Zip(strengths))
            {
                byte level = (byte)Math.Min(255, Math.Min(strength, middle * StrongestPiece));
                for (int y = piece.Top; y <= piece.Bottom; y++)
                {
                    levels.AsSpan((y * contrast.Width) + piece.Left, piece.End - piece.Left).Fill(level);
                }
            }
        }

        return levels;
    }

    /// <summary>The piece with the row above and the row below, in which the line's edges may lie.</summary>
    private static LinePiece Around(LinePiece piece, int height) =>
        piece with
        {
            Top = Math.Max(0, piece.Top - 1),
            Bottom = Math.Min(height - 1, piece.Bottom + 1),
        };

    /// <summary>The strongest pixel of each column, in the median.</summary>
    private static int Strength(GrayImage contrast, LinePiece piece)
    {
        int[] strongest = new int[piece.End - piece.Left];
        for (int y = piece.Top; y <= piece.Bottom; y++)
        {
            ReadOnlySpan<byte> row = contrast.Pixels.AsSpan((y * contrast.Width) + piece.Left, strongest.Length);
            for (int x = 0; x < row.Length; x++)
            {
                strongest[x] = Math.Max(strongest[x], row[x]);
            }
        }

        return Median(strongest);
    }

    private static int Median(int[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    /// <summary>
    /// Puts ink back between the ink right above a piece and the ink right below, as straight strokes of up to 45
    /// degrees.
    /// </summary>
    private static void Join(GrayImage without, GrayImage contrast, IReadOnlyList<IReadOnlyList<LinePiece>> lines)
    {
        foreach (LinePiece piece in lines.SelectMany(line => line).Select(piece => Around(piece, contrast.Height)))
        {
            IReadOnlyList<(int Left, int End, int Strongest)> above = Ink(without, piece, piece.Top - 1),
                below = Ink(without, piece, piece.Bottom + 1);
            foreach ((int left, int end, int strongest) in above)
            {
                foreach ((int nextLeft, int nextEnd, int nextStrongest) in below)
                {
                    int reach = piece.Height;
                    var from = (Math.Max(left, nextLeft - reach), Math.Min(end, nextEnd + reach));
                    var to = (Math.Max(nextLeft, left - reach), Math.Min(nextEnd, end + reach));
                    Fill(without, contrast, piece, from, to, Math.Min(strongest, nextStrongest));
                }
            }
        }
    }

    /// <summary>The ink of a row that may go on through a piece.</summary>
    private static List<(int Left, int End, int Strongest)> Ink(GrayImage image, LinePiece piece, int y)
    {
        var runs = new List<(int Left, int End, int Strongest)>();
        if (y < 0 || y >= image.Height)
        {
            return runs;
        }

        ReadOnlySpan<byte> row = image.Pixels.AsSpan(y * image.Width, image.Width);
        int last = Math.Min(row.Length, piece.End + piece.Height);
        for (int x = Math.Max(0, piece.Left - piece.Height); x < last; x++)
        {
            if (row[x] > 0)
            {
                int left = x;
                int strongest = 0;
                for (; x < last && row[x] > 0; x++)
                {
                    strongest = Math.Max(strongest, row[x]);
                }

                runs.Add((left, x, strongest));
            }
        }

        return runs;
    }

    /// <summary>
    /// A stroke from columns <paramref name="from"/> above a piece to columns <paramref name="to"/> below; nothing, where they lie
    /// too far apart.
    /// </summary>
    private static void Fill(
        GrayImage without,
        GrayImage contrast,
        LinePiece piece,
        (int Left, int End) from,
        (int Left, int End) to,
        int strongest)
    {
        if (from.Left >= from.End || to.Left >= to.End)
        {
            return;
        }

        for (int y = piece.Top; y <= piece.Bottom; y++)
        {
            double part = (y - piece.Top + 1.0) / (piece.Height + 1);
            int left = (int)Math.Round(from.Left + (part * (to.Left - from.Left))),
                end = (int)Math.Round(from.End + (part * (to.End - from.End)));
            for (int x = Math.Max(left, piece.Left); x < Math.Min(end, piece.End); x++)
            {
                int i = (y * without.Width) + x;
                without.Pixels[i] = (byte)Math.Max(without.Pixels[i], Math.Min(strongest, (int)contrast.Pixels[i]));
            }
        }
    }
}
