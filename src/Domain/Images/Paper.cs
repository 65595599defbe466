namespace AutoencoderApi.Domain.Images;

/// <summary>Finds what the ink stands on, and how far each pixel differs from it towards ink.</summary>
internal static class Paper
{
    // The grid on which the paper is estimated, and the part of it that no stroke is wider than.
    private const int GridSide = 128;
    private const int WidestStroke = 3;

    // Below this the camera's noise would be divided up to look like ink.
    private const int DarkestPaper = 48;

    /// <summary>0 = as the paper around it, 255 = full contrast. Dark ink is measured in parts of the paper's light, so that it is as strong in a shadow.</summary>
    public static byte[] TakeOff(GrayPicture picture)
    {
        int[] counts = GrayHistogram.Of(picture.Pixels);
        bool isLight = Border.IsLight(picture, counts);
        bool isEven = GrayHistogram.Dominant(counts) is not null;
        byte[] seen = picture.Pixels;
        int cell = Math.Max(2, (Math.Max(picture.Width, picture.Height) + GridSide - 1) / GridSide);
        GrayPicture paper = Estimate(BoxShrink.By(picture, cell), isLight, isEven);

        byte[] contrast = new byte[seen.Length];
        Between[] columns = [.. Enumerable.Range(0, picture.Width).Select(x => Between.Of(x, cell, paper.Width))];
        (float[] above, float[] below, int widened) = (new float[picture.Width], new float[picture.Width], -1);
        for (int y = 0; y < picture.Height; y++)
        {
            var row = Between.Of(y, cell, paper.Height);
            if (row.Low != widened)
            {
                widened = row.Low;
                Widen(paper, row.Low, columns, above);
                Widen(paper, row.High, columns, below);
            }

            for (int x = 0; x < above.Length; x++)
            {
                int i = y * above.Length + x;
                float behind = float.Lerp(above[x], below[x], row.Part);
                float difference = isLight ? (behind - seen[i]) * 255 / Math.Max(behind, DarkestPaper) : seen[i] - behind;
                contrast[i] = difference <= 0 ? (byte)0 : (byte)Math.Min(difference + 0.5f, 255);
            }
        }

        return contrast;
    }

    /// <summary>
    /// A grey closing (or opening, under light ink) with a window wider than any stroke: what is left has no strokes.
    /// Under uneven light the windows may hang over the border, so that the tip of a shadow there is taken for paper. On
    /// even paper they may not: there a stroke that runs along the border, as in a close crop, is still ink. The second
    /// window is a cell wider, or the blurred edge of a sharp shadow would be left as a line.
    /// </summary>
    private static GrayPicture Estimate(GrayPicture grid, bool isLight, bool isEven)
    {
        int radius = Math.Max(2, Math.Max(grid.Width, grid.Height) / (2 * WidestStroke));
        int margin = isEven ? 0 : radius;
        GrayPicture padded = Margin.Add(grid, margin, isLight ? (byte)0 : (byte)255);
        Extremes.Spread(padded, radius, isLight);
        Extremes.Spread(padded, radius + 1, !isLight);
        return Margin.Remove(padded, margin);
    }

    /// <summary>A row of the grid, interpolated to the picture's width.</summary>
    private static void Widen(GrayPicture grid, int row, Between[] columns, Span<float> line)
    {
        ReadOnlySpan<byte> cells = grid.Pixels.AsSpan(row * grid.Width, grid.Width);
        for (int x = 0; x < line.Length; x++)
        {
            Between column = columns[x];
            line[x] = float.Lerp(cells[column.Low], cells[column.High], column.Part);
        }
    }

    /// <summary>A pixel's place between the middles of two cells of the grid, for bilinear interpolation.</summary>
    private readonly record struct Between(int Low, int High, float Part)
    {
        public static Between Of(int position, int cell, int cells)
        {
            float at = Math.Clamp((position + 0.5f) / cell - 0.5f, 0, cells - 1);
            int low = (int)at;
            return new Between(low, Math.Min(low + 1, cells - 1), at - low);
        }
    }
}
