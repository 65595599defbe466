using AutoencoderApi.Domain.Imaging;

namespace AutoencoderApi.Api.Tests.Images.Pages;

/// <summary>How well a 28×28 image shows a known digit.</summary>
/// <param name="Ink">The fraction of the image's ink that lies on the digit's strokes, those widened by a pixel.</param>
/// <param name="Stroke">The fraction of the strokes' cells that have ink in them or beside them.</param>
internal readonly record struct PageCover(double Ink, double Stroke)
{
    private const int Side = 28;
    private const int Box = 20;
    private const int MaxShift = 2;
    private const byte Bright = 60;

    public bool IsRight => Ink >= 0.8 && Stroke >= 0.8;

    /// <summary>The digit's strokes scaled so that its longer side is 20, at the upper left of the frame.</summary>
    public static bool[] Frame(int width, int height, float[] ink, IEnumerable<(double X, double Y)> centreLine)
    {
        double scale = (double)Box / Math.Max(width, height);
        double[] mass = new double[Side * Side];
        for (int i = 0; i < ink.Length; i++)
        {
            mass[((int)(((i / width) + 0.5) * scale) * Side) + (int)(((i % width) + 0.5) * scale)] += ink[i];
        }

        double full = 1 / (scale * scale); // pixels of a page in a cell
        bool[] frame = [.. mass.Select(cell => cell >= 0.5 * full)];
        foreach ((double x, double y) in centreLine)
        {
            (int column, int row) = ((int)Math.Clamp(x * scale, 0, Box - 1), (int)Math.Clamp(y * scale, 0, Box - 1));
            frame[(row * Side) + column] = true;
        }

        return frame;
    }

    /// <summary>
    /// The best cover over the places at which the digit may stand: its centre of mass in the middle, give or take two
    /// pixels.
    /// </summary>
    public static PageCover Of(GrayImage image, bool[] strokes)
    {
        int[] cells = [.. Enumerable.Range(0, strokes.Length).Where(i => strokes[i])];
        int left = (int)Math.Round(14 - cells.Average(i => i % Side)), top = (int)Math.Round(14 - cells.Average(i => i / Side));
        PageCover best = default;
        for (int dy = -MaxShift; dy <= MaxShift; dy++)
        {
            for (int dx = -MaxShift; dx <= MaxShift; dx++)
            {
                PageCover cover = At(image, cells, left + dx, top + dy);
                best = Math.Min(cover.Ink, cover.Stroke) > Math.Min(best.Ink, best.Stroke) ? cover : best;
            }
        }

        return best;
    }

    /// <summary>
    /// Whether most of the image is bright: then ink and ground are the wrong way round, for no digit fills half of its
    /// frame.
    /// </summary>
    public static bool IsNegative(GrayImage image) => image.Pixels.Count(value => value > 127) > image.Pixels.Length / 2;

    private static PageCover At(GrayImage image, int[] cells, int left, int top)
    {
        bool[] near = new bool[Side * Side];
        int covered = 0;
        foreach (int cell in cells)
        {
            bool isCovered = false;
            for (int i = 0; i < 9; i++)
            {
                (int x, int y) = ((cell % Side) + left + (i % 3) - 1, (cell / Side) + top + (i / 3) - 1);
                if (x is >= 0 and < Side && y is >= 0 and < Side)
                {
                    near[(y * Side) + x] = true;
                    isCovered |= image.Pixels[(y * Side) + x] > Bright;
                }
            }

            covered += isCovered ? 1 : 0;
        }

        double mass = image.Pixels.Sum(value => (double)value);
        double on = image.Pixels.Where((_, i) => near[i]).Sum(value => (double)value);
        return mass == 0 ? default : new PageCover(on / mass, (double)covered / cells.Length);
    }
}
