namespace AutoencoderApi.Training.Kernels;

/// <summary>
/// A layer's weights [y, x, kernel, kernel] in the network's flat vector, and how they are packed into filters: 16 output
/// channels side by side, input channels as many as they are stored with.
/// </summary>
/// <param name="First">Where they begin.</param>
/// <param name="XStored">Channels that x is stored with: padded to whole vectors, or its own number.</param>
internal sealed record WeightLayout(int First, int YChannels, int XChannels, int XStored, int Kernel)
{
    private static readonly IEnumerable<int> s_lanes = Enumerable.Range(0, Tile.Lanes);

    private IEnumerable<int> Ys => Enumerable.Range(0, Map.Padded(YChannels));

    private IEnumerable<int> Xs => Enumerable.Range(0, XStored);

    /// <summary>From x to y: [block of y, u, v, x, lane].</summary>
    public Filter Convolution(Axis along) => new(along, along, Kernel * XStored,
    [
        .. from block in Blocks(Ys) from u in along.Taps from v in along.Taps from x in Xs from lane in s_lanes
           select At(block + lane, x, u, v),
    ]);

    /// <summary>From the <see cref="Columns"/> of a single-channel x to y: [block of y, v, u, lane].</summary>
    public Filter ConvolutionOfColumns(Axis along) => new(Axis.Identity, along, Kernel * Kernel,
    [
        .. from block in Blocks(Ys) from v in along.Taps from u in along.Taps from lane in s_lanes
           select At(block + lane, 0, u, v),
    ]);

    /// <summary>From y to one phase of x: [block of x, u, v, y, lane].</summary>
    public Filter Transpose(Axis rows, Axis columns) => new(rows, columns, columns.Taps.Length * Map.Padded(YChannels),
    [
        .. from block in Blocks(Xs) from u in rows.Taps from v in columns.Taps from y in Ys from lane in s_lanes
           select At(y, block + lane, u, v),
    ]);

    /// <summary>From y to one phase of a single-channel x: [u, v, y].</summary>
    public Filter TransposeToSingle(Axis rows, Axis columns) => new(rows, columns, columns.Taps.Length * Map.Padded(YChannels),
        [.. from u in rows.Taps from v in columns.Taps from y in Ys select At(y, 0, u, v)]);

    private static IEnumerable<int> Blocks(IEnumerable<int> channels) => channels.Where(channel => channel % Tile.Lanes == 0);

    private int At(int y, int x, int u, int v) =>
        y < YChannels && x < XChannels ? First + (((((y * XChannels) + x) * Kernel) + u) * Kernel) + v : -1;
}
