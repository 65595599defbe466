using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Imaging.Segmentation;
using AutoencoderApi.Domain.Numerics;

namespace AutoencoderApi.Domain.Tests.Imaging.Segmentation;

public sealed class ConnectedComponentsTests
{
    private const int Width = 37, Height = 29, Level = 160;

    [Fact]
    public void Components_are_those_that_a_flood_fills()
    {
        for (ulong seed = 0; seed < 20; seed++)
        {
            var random = new SplitMix64(seed);
            byte[] pixels = new byte[Width * Height];
            for (int i = 0; i < pixels.Length; i++)
            {
                pixels[i] = (byte)random.NextBelow(256);
            }

            IReadOnlyList<Component> components = ConnectedComponents.Find(new GrayImage(Width, Height, pixels), Level);

            Assert.Equal(Flooded(pixels), [.. components.Select(Cells).OrderBy(cells => cells[0])]);
            Assert.All(components, component =>
            {
                int[] cells = Cells(component);
                Assert.Equal(
                    (cells.Length, cells.Sum(i => pixels[i]), cells.Max(i => pixels[i])),
                    (component.Area, component.Mass, component.Strongest));
                Assert.Equal(
                    (cells.Min(i => i % Width), cells.Max(i => i % Width)),
                    (component.Box.Left, component.Box.Left + component.Box.Width - 1));
                Assert.Equal(
                    (cells.Min(i => i / Width), cells.Max(i => i / Width)),
                    (component.Box.Top, component.Box.Top + component.Box.Height - 1));
            });
        }
    }

    [Fact]
    public void Groups_hold_what_is_no_farther_apart_than_twice_the_reach()
    {
        byte[] pixels = new byte[Width * Height];
        foreach (int x in new[] { 0, 5, 11 }) // 4 and 5 pixels between
        {
            pixels[(3 * Width) + x] = byte.MaxValue;
        }

        IReadOnlyList<Component> components = ConnectedComponents.Find(new GrayImage(Width, Height, pixels), Level);

        Assert.Equal([2, 1], ComponentGroups.Of(components, reach: 2, Width, Height).Select(group => group.Count));
        Assert.Equal([1, 1, 1], ComponentGroups.Of(components, reach: 1, Width, Height).Select(group => group.Count));
    }

    private static int[] Cells(Component component) =>
        [.. component.Runs.SelectMany(run => Enumerable.Range((run.Row * Width) + run.Left, run.Length)).Order()];

    private static int[][] Flooded(byte[] pixels)
    {
        var left = Enumerable.Range(0, pixels.Length).Where(i => pixels[i] > Level).ToHashSet();
        var components = new List<int[]>();
        while (left.Count > 0)
        {
            List<int> cells = [left.Min()];
            left.Remove(cells[0]);
            for (int next = 0; next < cells.Count; next++)
            {
                foreach (int i in left.Where(i =>
                            Math.Abs((i % Width) - (cells[next] % Width)) <= 1 && Math.Abs((i / Width) - (cells[next] / Width)) <= 1)
                        .ToArray())
                {
                    left.Remove(i);
                    cells.Add(i);
                }
            }

            components.Add([.. cells.Order()]);
        }

        return [.. components.OrderBy(cells => cells[0])];
    }
}
