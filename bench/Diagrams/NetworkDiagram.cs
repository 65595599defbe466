using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Networks;
using static AutoencoderApi.Domain.Networks.Layer;

namespace AutoencoderApi.Diagrams;

/// <summary>
/// A network from left to right: a block for the image and for the output of each layer, as high as its maps, with its shape above and its
/// operation below. Vectors are bars whose area is their number of values.
/// </summary>
internal static class NetworkDiagram
{
    private const int Column = 112, Margin = 24, Middle = 150, Sheet = 5, Bar = 12, Gap = 5, Height = 300;
    private const double PixelsPerValue = 2.4;

    public static string Draw(string name, NetworkDefinition definition)
    {
        int width = (2 * Margin) + (Column * (definition.Layers.Count + 1));
        var svg = new Svg(width, Height);
        svg.Text(Margin, 28, $"{name}: {Summary(definition)}", 15, "start", bold: true);
        Block(svg, 0, "input", definition.Input, ["the image"], s_image);
        for (int i = 0; i < definition.Layers.Count; i++)
        {
            Layer layer = definition.Layers[i];
            (string, string) colors = i < definition.CodeIndex ? s_encoder : i == definition.CodeIndex ? s_code : s_decoder;
            Block(svg, i + 1, layer.Name, layer.Output, Operation(layer), colors);
            svg.Line(Center(i) + Reach(layer.Input) + Gap, Middle, Center(i + 1) - Reach(layer.Output) - Gap, Middle);
            if (layer is SwitchUnpool unpool)
            {
                int pool = definition.IndexOf(unpool.Pool);
                svg.Bow(Center(pool + 1), Center(i + 1), 262, 10 * (i - pool));
            }
        }

        return svg.ToString();
    }

    private static string Summary(NetworkDefinition definition) => FormattableString.Invariant(
        $"{definition.ParameterCount:N0} parameters, {definition.Input.Count} values → code of {definition.CodeShape.Count:N0}");

    private static double Center(int block) => Margin + (Column * (block + 0.5));

    private static bool IsVector(TensorShape shape) => shape is { Height: 1, Width: 1 };

    private static int Sheets(TensorShape shape) => IsVector(shape) || shape.Channels == 1 ? 1 : shape.Channels <= 16 ? 3 : 5;

    /// <summary>Half the width of a block, its sheets included.</summary>
    private static double Reach(TensorShape shape) =>
        ((IsVector(shape) ? Bar : shape.Width * PixelsPerValue) + (Sheet * (Sheets(shape) - 1))) / 2;

    private static void Block(Svg svg, int block, string name, TensorShape shape, string[] operation, (string Fill, string Stroke) colors)
    {
        double center = Center(block);
        bool isVector = IsVector(shape);
        double height = isVector ? Math.Max(12, Math.Sqrt(shape.Count) * 4) : shape.Height * PixelsPerValue;
        double width = isVector ? Bar : height;
        int sheets = Sheets(shape);
        for (int sheet = sheets - 1; sheet >= 0; sheet--)
        {
            double shift = Sheet * (sheet - ((sheets - 1) / 2.0));
            svg.Rect(center - (width / 2) + shift, Middle - (height / 2) - shift, width, height, colors.Fill, colors.Stroke);
        }

        svg.Text(center, 62, name, bold: true);
        svg.Text(center, 80, isVector ? $"{shape.Count}" : $"{shape.Channels}×{shape.Height}×{shape.Width}");
        for (int line = 0; line < operation.Length; line++)
        {
            svg.Text(center, 222 + (18 * line), operation[line], 12, fill: "#444c55");
        }
    }

    private static string[] Operation(Layer layer) => layer switch
    {
        Convolution s => [$"{s.Kernel}×{s.Kernel}, stride {s.Stride}", JsonConventions.Name(s.Activation)],
        TransposedConvolution s => [$"{s.Kernel}×{s.Kernel} transp.", $"stride {s.Stride}", JsonConventions.Name(s.Activation)],
        MaxPool => ["max pool 2×2"],
        ZeroUnpool => ["unpool 2×2", "zero-fill"],
        NearestUnpool => ["unpool 2×2", "nearest"],
        SwitchUnpool => ["unpool 2×2", "switches"],
        Linear s => ["fully connected", JsonConventions.Name(s.Activation)],
        _ => throw new ArgumentOutOfRangeException(nameof(layer), layer, "This type of layer has no caption yet."),
    };

    private static readonly (string, string) s_image = ("#ffffff", "#444c55");
    private static readonly (string, string) s_encoder = ("#cfe0f0", "#1a66a8");
    private static readonly (string, string) s_code = ("#f7d9bd", "#c45a06");
    private static readonly (string, string) s_decoder = ("#d3e9d8", "#22703f");
}
