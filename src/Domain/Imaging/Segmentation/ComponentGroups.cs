namespace AutoencoderApi.Domain.Imaging.Segmentation;

/// <summary>Puts components that lie near to each other into one group: the strokes of a digit.</summary>
internal static class ComponentGroups
{
    /// <param name="reach">Components with at most twice as many pixels between them are near.</param>
    public static IReadOnlyList<IReadOnlyList<Component>> Of(IReadOnlyList<Component> components, int reach, int width, int height)
    {
        GrayImage mask = new GrayImage(width, height, new byte[width * height]);
        foreach (Run run in components.SelectMany(component => component.Runs))
        {
            mask.Pixels.AsSpan((run.Row * width) + run.Left, run.Length).Fill(byte.MaxValue);
        }

        Morphology.Dilate(mask, reach);
        int[] groupAt = new int[mask.Pixels.Length];
        foreach ((int number, Component group) in ConnectedComponents.Find(mask, 0).Index())
        {
            foreach (Run run in group.Runs)
            {
                groupAt.AsSpan((run.Row * width) + run.Left, run.Length).Fill(number);
            }
        }

        return
        [
            .. components
                .GroupBy(component => groupAt[(component.Runs[0].Row * width) + component.Runs[0].Left])
                .Select(group => group.ToArray()),
        ];
    }
}
