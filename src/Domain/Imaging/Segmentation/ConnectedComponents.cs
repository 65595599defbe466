namespace AutoencoderApi.Domain.Imaging.Segmentation;

/// <summary>Finds the connected components of the pixels above a level; pixels are joined by a side or a corner.</summary>
internal static class ConnectedComponents
{
    public static IReadOnlyList<Component> Find(GrayImage image, int level)
    {
        var runs = new List<(Run Run, Component Component)>();
        (byte low, int width) = ((byte)(level + 1), image.Width);
        int above = 0; // the first run of the row above that may still touch
        for (int y = 0; y < image.Height; y++)
        {
            ReadOnlySpan<byte> row = image.Pixels.AsSpan(y * width, width);
            (int first, int end) = (runs.Count, 0);
            while (row[end..].IndexOfAnyInRange(low, byte.MaxValue) is >= 0 and var skipped)
            {
                int left = end + skipped;
                int length = row[left..].IndexOfAnyExceptInRange(low, byte.MaxValue);
                end = length < 0 ? width : left + length;
                while (above < first && runs[above].Run.End < left)
                {
                    above++;
                }

                Component? component = null;
                for (int i = above; i < first && runs[i].Run.Left <= end; i++)
                {
                    component = Component.Join(component, runs[i].Component.Whole);
                }

                component ??= new Component();
                var run = new Run(y, left, end);
                component.Add(run, row[left..end]);
                runs.Add((run, component));
            }

            above = first;
        }

        foreach ((Run run, Component component) in runs)
        {
            component.Whole.Runs.Add(run);
        }

        return [.. runs.Select(each => each.Component.Whole).Distinct()];
    }
}
