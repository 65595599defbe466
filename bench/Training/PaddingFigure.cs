using System.Globalization;
using System.Text;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Engines.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace AutoencoderApi.TrainingBench;

/// <summary>
/// Draws which inputs of a transposed convolution reach which of its outputs, for three ways to pad: measured, by sending one input
/// after another through it. The image of docs/understanding.md, as SVG.
/// </summary>
internal static class PaddingFigure
{
    private const int Inputs = 5, Kernel = 5, Stride = 2;
    private const int Step = 44, Box = 26, Left = 150, PanelHeight = 250, Width = Left + (13 * Step) + 20;

    public static void Print()
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor weight = ones(1, 1, Kernel, Kernel);
        int same = Inputs * Stride;
        SamePadding padding = SamePadding.For(same, Kernel, Stride);
        (string Title, Func<Tensor, Tensor> Apply)[] panels =
        [
            ("No padding: all that the kernels touch", y => nn.functional.conv_transpose2d(y, weight, strides: [Stride, Stride])),
            ("2 before, 2 after: one row too few", y =>
                nn.functional.conv_transpose2d(y, weight, strides: [Stride, Stride], padding: [2, 2])),
            ($"{padding.Before} before, {padding.After} after: SAME, twice the size", y =>
                SameConvolution.Transposed(y, weight, bias: null, Stride, same, same)),
        ];
        var svg = new StringBuilder();
        int height = (panels.Length * PanelHeight) + 10;
        svg.AppendLine(
            CultureInfo.InvariantCulture,
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {height}" font-family="sans-serif" font-size="15">"""
        );
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<rect width="{Width}" height="{height}" fill="#fff"/>""");
        foreach ((int index, (string title, Func<Tensor, Tensor> apply)) in panels.Index())
        {
            Panel(svg, index * PanelHeight, title, Reached(apply));
        }

        Console.WriteLine(svg.Append("</svg>"));
    }

    /// <summary>For each input row, whether it reaches each output row.</summary>
    private static bool[][] Reached(Func<Tensor, Tensor> transposed) =>
    [
        .. Enumerable.Range(0, Inputs).Select(input =>
        {
            Tensor impulse = zeros(1, 1, Inputs, Inputs);
            impulse[0, 0, input, Inputs / 2] = 1;
            return transposed(impulse).amax([0, 1, 3]).data<float>().Select(value => value > 0).ToArray();
        }),
    ];

    private static void Panel(StringBuilder svg, int top, string title, bool[][] reached)
    {
        int outputs = reached[0].Length, inputsLeft = Left + ((outputs - Inputs) * Step / 2);
        (int inputY, int outputY) = (top + 60, top + 170);
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="20" y="{top + 30}" font-weight="bold">{title}</text>""");
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="20" y="{inputY + 18}">{Inputs} inputs</text>""");
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="20" y="{outputY + 18}">{outputs} outputs</text>""");
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="20" y="{outputY + 52}" fill="#5a636d">reached by</text>""");
        for (int input = 0; input < Inputs; input++)
        {
            foreach (int output in Enumerable.Range(0, outputs).Where(output => reached[input][output]))
            {
                (int from, int to) = (inputsLeft + (input * Step) + (Box / 2), Left + (output * Step) + (Box / 2));
                string line =
                    $"""<line x1="{from}" y1="{inputY + Box}" x2="{to}" y2="{outputY}" stroke="{s_colors[input]}" stroke-width="2"/>""";
                svg.AppendLine(line);
            }
        }

        for (int input = 0; input < Inputs; input++)
        {
            svg.AppendLine(
                CultureInfo.InvariantCulture,
                $"""<rect x="{inputsLeft + (input * Step)}" y="{inputY}" width="{Box}" height="{Box}" rx="4" fill="{s_colors[input]}"/>"""
            );
        }

        for (int output = 0; output < outputs; output++)
        {
            int x = Left + (output * Step);
            svg.AppendLine(
                CultureInfo.InvariantCulture,
                $"""<rect x="{x}" y="{outputY}" width="{Box}" height="{Box}" rx="4" fill="#e4e6e8" stroke="#8b8f94"/>"""
            );
            svg.AppendLine(
                CultureInfo.InvariantCulture,
                $"""<text x="{x + (Box / 2)}" y="{outputY + 52}" text-anchor="middle">{reached.Count(row => row[output])}</text>"""
            );
        }
    }

    private static readonly string[] s_colors = ["#1a66a8", "#c45a06", "#22703f", "#8a46b8", "#b3261e"];
}
