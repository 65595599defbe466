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

    /// <summary>255 where ink is and 0 elsewhere, or null where there is none. A part needs one pixel above <paramref name="strong"/>.</summary>
    public static byte[]? Keep(byte[] contrast, int width, int height, int weak, int strong)
    {
        List<Run> runs = Find(contrast, width, weak, strong);
        List<Part> parts = [.. runs.Where(run => run.Begins).Select(run => run.Part).Where(part => part.Whole == part && part.IsStrong)];
        int side = Math.Max(width, height);
        if (side > PhotoSide)
        {
            int inner = parts.Where(part => !part.TouchesBorder(width, height)).Select(part => part.Area).DefaultIfEmpty().Max();
            int outer = parts.Where(part => part.TouchesBorder(width, height)).Select(part => part.Area).DefaultIfEmpty().Max();
            parts.RemoveAll(part => part.TouchesBorder(width, height) && inner >= InnerShare * outer);
        }

        int largest = parts.Select(part => part.Area).DefaultIfEmpty().Max();
        if (!parts.Exists(part => part.Area == largest && part.Extent >= SmallestDigit * side))
        {
            return null;
        }

        var ink = parts.Where(part => part.Area >= SpeckShare * largest).ToHashSet();
        byte[] kept = new byte[contrast.Length];
        foreach (Run run in runs.Where(run => ink.Contains(run.Part.Whole)))
        {
            kept.AsSpan((run.Row * width) + run.Left, run.End - run.Left).Fill(byte.MaxValue);
        }

        return kept;
    }

    /// <summary>The rows' runs of pixels above <paramref name="weak"/>, in order. Those that touch, by a side or a corner, are of one whole.</summary>
    private static List<Run> Find(byte[] contrast, int width, int weak, int strong)
    {
        var runs = new List<Run>();
        int above = 0;
        for (int y = 0; y < contrast.Length / width; y++)
        {
            ReadOnlySpan<byte> row = contrast.AsSpan(y * width, width);
            int first = runs.Count;
            int end = 0;
            while (row[end..].IndexOfAnyInRange((byte)(weak + 1), byte.MaxValue) is >= 0 and var skipped)
            {
                int left = end + skipped;
                int length = row[left..].IndexOfAnyExceptInRange((byte)(weak + 1), byte.MaxValue);
                end = length < 0 ? width : left + length;
                while (above < first && runs[above].End < left)
                {
                    above++;
                }

                Part? part = null;
                for (int i = above; i < first && runs[i].Left <= end; i++)
                {
                    part = Part.Join(part, runs[i].Part.Whole);
                }

                bool begins = part is null;
                part ??= new Part();
                part.Add(y, left, end, row[left..end].ContainsAnyInRange((byte)(strong + 1), byte.MaxValue));
                runs.Add(new Run(y, left, end, part, begins));
            }

            above = first;
        }

        return runs;
    }

    /// <param name="End">The column after its last.</param>
    /// <param name="Begins">Whether it is the first of <paramref name="Part"/>.</param>
    private readonly record struct Run(int Row, int Left, int End, Part Part, bool Begins);

    private sealed class Part
    {
        private Part? _joined;
        private int _left = int.MaxValue;
        private int _end;
        private int _top = int.MaxValue;
        private int _bottom;

        /// <summary>What it has become a part of; itself, if nothing (union-find, with its path halved).</summary>
        public Part Whole
        {
            get
            {
                Part part = this;
                while (part._joined is { } next)
                {
                    part._joined = next._joined ?? next;
                    part = next;
                }

                return part;
            }
        }

        public int Area { get; private set; }

        public bool IsStrong { get; private set; }

        public int Extent => Math.Max(_end - 1 - _left, _bottom - _top) + 1;

        /// <returns>The whole of both.</returns>
        public static Part Join(Part? part, Part other)
        {
            if (part is null || part == other)
            {
                return other;
            }

            (Part small, Part large) = part.Area < other.Area ? (part, other) : (other, part);
            small._joined = large;
            (large._left, large._end) = (Math.Min(large._left, small._left), Math.Max(large._end, small._end));
            (large._top, large._bottom) = (Math.Min(large._top, small._top), Math.Max(large._bottom, small._bottom));
            large.Area += small.Area;
            large.IsStrong |= small.IsStrong;
            return large;
        }

        public bool TouchesBorder(int width, int height) => _left == 0 || _top == 0 || _end == width || _bottom == height - 1;

        public void Add(int row, int left, int end, bool isStrong)
        {
            (_left, _end) = (Math.Min(_left, left), Math.Max(_end, end));
            (_top, _bottom) = (Math.Min(_top, row), Math.Max(_bottom, row));
            Area += end - left;
            IsStrong |= isStrong;
        }
    }
}
