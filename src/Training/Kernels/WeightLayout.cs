namespace AutoencoderApi.Training.Kernels;

/// <summary>
/// A layer's weights [y, x, kernel, kernel] in the network's flat vector, and how they are packed into filters: 16 output
/// channels side by side, input channels as many as they are stored with.
/// </summary>
/// <param name="First">Where they begin.</param>
/// <param name="XStored">Channels that x is stored with: padded to whole vectors, or its own number.</param>
internal sealed record WeightLayout(int First, int YChannels, int XChannels, int XStored, int Kernel)
{
    private static readonly IEnumerable<int> s_lanes = Enumerable.Range(0, MicroKernel.Lanes);

    private IEnumerable<int> Ys => Enumerable.Range(0, FeatureMapBuffer.Padded(YChannels));

    private IEnumerable<int> Xs => Enumerable.Range(0, XStored);

    /// <summary>From x to y: [block of y, u, v, x, lane].</summary>
    public PackedFilter Convolution(ConvolutionAxis along) => new(along, along, Kernel * XStored,
    [
        .. from block in Blocks(Ys) from u in along.Taps from v in along.Taps from x in Xs from workspace in s_lanes
           select At(block + workspace, x, u, v),
    ]);

    /// <summary>From the <see cref="Im2Col"/> of a single-channel x to y: [block of y, v, u, lane].</summary>
    public PackedFilter ConvolutionOfColumns(ConvolutionAxis along) => new(ConvolutionAxis.Identity, along, Kernel * Kernel,
    [
        .. from block in Blocks(Ys) from v in along.Taps from u in along.Taps from workspace in s_lanes
           select At(block + workspace, 0, u, v),
    ]);

    /// <summary>From y to one phase of x: [block of x, u, v, y, lane].</summary>
    public PackedFilter Transpose(ConvolutionAxis rows, ConvolutionAxis columns) =>
        new(rows, columns, columns.Taps.Length * FeatureMapBuffer.Padded(YChannels),
    [
        .. from block in Blocks(Xs) from u in rows.Taps from v in columns.Taps from y in Ys from workspace in s_lanes
           select At(y, block + workspace, u, v),
    ]);

    /// <summary>From y to one phase of a single-channel x: [u, v, y].</summary>
    public PackedFilter TransposeToSingle(ConvolutionAxis rows, ConvolutionAxis columns) =>
        new(rows, columns, columns.Taps.Length * FeatureMapBuffer.Padded(YChannels),
        [.. from u in rows.Taps from v in columns.Taps from y in Ys select At(y, 0, u, v)]);

    private static IEnumerable<int> Blocks(IEnumerable<int> channels) => channels.Where(channel => channel % MicroKernel.Lanes == 0);

    private int At(int y, int x, int u, int v) =>
        y < YChannels && x < XChannels ? First + (((((y * XChannels) + x) * Kernel) + u) * Kernel) + v : -1;
}
