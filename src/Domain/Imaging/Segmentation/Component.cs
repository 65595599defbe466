namespace AutoencoderApi.Domain.Imaging.Segmentation;

/// <summary>A stretch of a row: columns <paramref name="Left"/> to <paramref name="End"/> - 1.</summary>
internal readonly record struct Run(int Row, int Left, int End)
{
    public int Length => End - Left;
}

/// <summary>A connected component: its runs, its box, how strong its pixels are.</summary>
internal sealed class Component
{
    private Component? _joined;

    /// <summary>What it has become a part of; itself, if nothing (union-find, with its path halved).</summary>
    public Component Whole
    {
        get
        {
            Component component = this;
            while (component._joined is { } next)
            {
                component._joined = next._joined ?? next;
                component = next;
            }

            return component;
        }
    }

    /// <summary>In the order of their rows, once all components are known.</summary>
    public List<Run> Runs { get; } = [];

    public PixelBox Box { get; private set; }

    public int Area { get; private set; }

    /// <summary>The sum of its pixels' levels.</summary>
    public long Mass { get; private set; }

    public byte Strongest { get; private set; }

    /// <returns>The whole of both.</returns>
    public static Component Join(Component? component, Component other)
    {
        if (component is null || component == other)
        {
            return other;
        }

        (Component small, Component large) = component.Area < other.Area ? (component, other) : (other, component);
        small._joined = large;
        large.Box = large.Box.With(small.Box);
        (large.Area, large.Mass) = (large.Area + small.Area, large.Mass + small.Mass);
        large.Strongest = Math.Max(large.Strongest, small.Strongest);
        return large;
    }

    public void Add(Run run, ReadOnlySpan<byte> levels)
    {
        var box = new PixelBox(run.Left, run.Row, run.Length, 1);
        Box = Area == 0 ? box : Box.With(box);
        Area += run.Length;
        foreach (byte level in levels)
        {
            Mass += level;
            Strongest = Math.Max(Strongest, level);
        }
    }
}
