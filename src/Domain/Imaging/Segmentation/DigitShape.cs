namespace AutoencoderApi.Domain.Imaging.Segmentation;

/// <summary>The pixels of a candidate in its box, with a margin of one around them.</summary>
internal sealed class DigitShape
{
    private const int EdgeReach = 3; // pixels

    private readonly PixelBox _box;
    private readonly int _stride;
    private readonly byte[] _inside;

    public DigitShape(PixelBox box, IEnumerable<Run> runs)
    {
        (_box, _stride) = (box, box.Width + 2);
        _inside = new byte[_stride * (box.Height + 2)];
        foreach (Run run in runs)
        {
            _inside.AsSpan(((run.Row - box.Top + 1) * _stride) + run.Left - box.Left + 1, run.Length).Fill(1);
        }
    }

    /// <summary>
    /// Twice the largest distance of a pixel from the outside (chessboard metric, in two passes: Rosenfeld and Pfaltz,
    /// 1966).
    /// </summary>
    public int Thickness()
    {
        byte[] distance = [.. _inside];
        int largest = 0;
        for (int i = _stride + 1; i < distance.Length - _stride - 1; i++)
        {
            if (distance[i] != 0)
            {
                int near = Math.Min(
                    Math.Min(distance[i - 1], distance[i - _stride]),
                    Math.Min(distance[i - _stride - 1], distance[i - _stride + 1]));
                distance[i] = (byte)Math.Min(254, near + 1);
            }
        }

        for (int i = distance.Length - _stride - 2; i > _stride; i--)
        {
            if (distance[i] != 0)
            {
                int near = Math.Min(
                    Math.Min(distance[i + 1], distance[i + _stride]),
                    Math.Min(distance[i + _stride + 1], distance[i + _stride - 1]));
                distance[i] = (byte)Math.Min(distance[i], near + 1);
                largest = Math.Max(largest, distance[i]);
            }
        }

        return 2 * largest;
    }

    /// <summary>
    /// The fraction of the contour across which a page becomes lighter, outwards within a few pixels; where the page ends is no
    /// contour.
    /// </summary>
    /// <param name="rise">By as many levels.</param>
    public double Sharpness(GrayImage page, int rise)
    {
        (int all, int sharp) = (0, 0);
        for (int y = 0; y < _box.Height; y++)
        {
            for (int x = 0; x < _box.Width; x++)
            {
                int i = ((y + 1) * _stride) + x + 1;
                if (_inside[i] != 0)
                {
                    Look(i - 1, -1, 0);
                    Look(i + 1, 1, 0);
                    Look(i - _stride, 0, -1);
                    Look(i + _stride, 0, 1);
                }

                void Look(int next, int right, int down)
                {
                    if (_inside[next] == 0 && Rise(page, _box.Left + x, _box.Top + y, right, down) is { } found)
                    {
                        all++;
                        sharp += found >= rise ? 1 : 0;
                    }
                }
            }
        }

        return all == 0 ? 1 : (double)sharp / all;
    }

    /// <summary>The lightest of the next pixels in a direction less this one, or the one behind it; null where the page ends.</summary>
    private static int? Rise(GrayImage page, int x, int y, int right, int down)
    {
        int? lightest = null;
        for (int step = 1; step <= EdgeReach; step++)
        {
            (int column, int row) = (x + (step * right), y + (step * down));
            if (column >= 0 && row >= 0 && column < page.Width && row < page.Height)
            {
                lightest = Math.Max(lightest ?? 0, page.Pixels[(row * page.Width) + column]);
            }
        }

        (int behind, int above) = (Math.Clamp(x - right, 0, page.Width - 1), Math.Clamp(y - down, 0, page.Height - 1));
        return lightest - Math.Min(page.Pixels[(y * page.Width) + x], page.Pixels[(above * page.Width) + behind]);
    }
}
