namespace AutoencoderApi.Domain.Images;

/// <summary>The connected parts of what may be ink, and which of them are.</summary>
internal static class InkParts
{
    // A part smaller than this share of the largest is a speck. The loose bar of a 5 has about a tenth.
    private const double SpeckShare = 0.04;

    // In a picture this large, what runs off the border is a table's edge or a hand, if something else has this share of it.
    public const int PhotoSide = 64;
    private const double InnerShare = 0.1;

    // A digit is at least this share of the picture's longer side; less is noise.
    private const double SmallestDigit = 0.03;

    /// <summary>Which pixels are ink, or null where none are. A part needs one pixel above <paramref name="strong"/>.</summary>
    public static bool[]? Keep(byte[] contrast, int width, int height, int weak, int strong)
    {
        int[] labels = new int[contrast.Length];
        List<Part> parts = Label(contrast, labels, width, height, weak, strong);
        int partsSeen = parts.Count;
        int side = Math.Max(width, height);
        parts.RemoveAll(part => !part.IsStrong);
        if (side > PhotoSide)
        {
            int inner = parts.Where(part => !part.TouchesBorder).Select(part => part.Area).DefaultIfEmpty().Max();
            int outer = parts.Where(part => part.TouchesBorder).Select(part => part.Area).DefaultIfEmpty().Max();
            parts.RemoveAll(part => part.TouchesBorder && inner >= InnerShare * outer);
        }

        int largest = parts.Select(part => part.Area).DefaultIfEmpty().Max();
        if (!parts.Exists(part => part.Area == largest && part.Extent >= SmallestDigit * side))
        {
            return null;
        }

        bool[] isInk = new bool[partsSeen + 1];
        parts.ForEach(part => isInk[part.Label] = part.Area >= SpeckShare * largest);
        return Array.ConvertAll(labels, label => isInk[label]);
    }

    private static List<Part> Label(byte[] contrast, int[] labels, int width, int height, int weak, int strong)
    {
        var parts = new List<Part>();
        var open = new Stack<int>();
        for (int start = 0; start < contrast.Length; start++)
        {
            if (labels[start] != 0 || contrast[start] <= weak)
            {
                continue;
            }

            var part = new Part(parts.Count + 1, width, height);
            labels[start] = part.Label;
            open.Push(start);
            while (open.TryPop(out int at))
            {
                part.Add(at, contrast[at] > strong);
                PushNeighbours(at, contrast, labels, part, weak, open);
            }

            parts.Add(part);
        }

        return parts;
    }

    private static void PushNeighbours(int at, byte[] contrast, int[] labels, Part part, int weak, Stack<int> open)
    {
        (int y, int x) = Math.DivRem(at, part.Width);
        (int left, int right) = (Math.Max(0, x - 1), Math.Min(part.Width - 1, x + 1));
        int bottom = Math.Min(part.Height - 1, y + 1);
        for (int row = Math.Max(0, y - 1); row <= bottom; row++)
        {
            for (int next = row * part.Width + left; next <= row * part.Width + right; next++)
            {
                if (labels[next] == 0 && contrast[next] > weak)
                {
                    labels[next] = part.Label;
                    open.Push(next);
                }
            }
        }
    }

    private sealed class Part(int label, int width, int height)
    {
        private int _left = int.MaxValue;
        private int _right;
        private int _top = int.MaxValue;
        private int _bottom;

        public int Label => label;

        public int Width => width;

        public int Height => height;

        public int Area { get; private set; }

        public bool IsStrong { get; private set; }

        public int Extent => Math.Max(_right - _left, _bottom - _top) + 1;

        public bool TouchesBorder => _left == 0 || _top == 0 || _right == width - 1 || _bottom == height - 1;

        public void Add(int at, bool isStrong)
        {
            (int x, int y) = (at % width, at / width);
            (_left, _right) = (Math.Min(_left, x), Math.Max(_right, x));
            (_top, _bottom) = (Math.Min(_top, y), Math.Max(_bottom, y));
            Area++;
            IsStrong |= isStrong;
        }
    }
}
