using System.Text.Json;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using static AutoencoderApi.Training.Export.OnnxGraphBuilder;

namespace AutoencoderApi.Training.Export;

/// <summary>
/// A checkpoint's network as an ONNX model (onnx.ai): <c>picture</c> [N, C, H, W] in, <c>reconstruction</c> [N, C, H, W] and <c>code</c>
/// [N, C', H', W'] out, float32. Only operators whose results the standard fixes, ties among maxima included; equal checkpoints give equal
/// bytes.
/// </summary>
public sealed class OnnxExporter
{
    /// <summary>Of what is written for a given checkpoint: to be raised with every change of it.</summary>
    public const int Version = 1;

    public const string Input = "picture";
    public const string Reconstruction = "reconstruction";

    private readonly OnnxGraphBuilder _graph = new();
    private readonly NetworkDefinition _definition;

    private readonly ProtobufMessage _model;

    /// <param name="settings">Of the checkpoint.</param>
    public OnnxExporter(TrainingSettings settings)
    {
        _definition = NetworkDefinition.For(settings);
        foreach (Parameter parameter in _definition.Parameters)
        {
            _graph.Place(parameter);
        }

        AddStages();
        _model = _graph.ToModel([new("settings", JsonSerializer.Serialize(settings, JsonConventions.Json))]);
    }

    /// <summary>Bytes of the whole file.</summary>
    public long Length => _model.Length;

    /// <summary>Writes the file.</summary>
    /// <param name="writeValues">Writes a parameter's values, little-endian float32, into the stream.</param>
    public async Task WriteAsync(Stream target, Func<Parameter, Stream, Task> writeValues, CancellationToken token)
    {
        int next = 0;
        foreach (ReadOnlyMemory<byte>? part in _model.Parts)
        {
            await (part is { } bytes ? target.WriteAsync(bytes, token).AsTask() : writeValues(_definition.Parameters[next++], target));
        }
    }

    private void AddStages()
    {
        _graph.Input(Input, _definition.Input);
        string x = Input;
        foreach (Layer layer in _definition.Layers)
        {
            string input = x;
            x = ValuesOf(layer.Name);
            Add(layer, input, x);
        }

        _graph.Output(x, _definition.Layers[^1].Output);
        _graph.Output(NetworkDefinition.Code, _definition.CodeShape);
    }

    private static string ValuesOf(string layer) => layer == NetworkDefinition.Output ? Reconstruction : layer;

    private void Add(Layer layer, string x, string y)
    {
        switch (layer)
        {
            case Layer.Convolution s:
                Activated(s.Activation, y, sum =>
                    _graph.Node("Conv", WithParameters(s, x), sum, Window(s.Kernel, s.Stride, Padding(s.Input, s.Kernel, s.Stride))));
                break;
            case Layer.TransposedConvolution s:
                Activated(s.Activation, y, sum =>
                    _graph.Node(
                        "ConvTranspose",
                        WithParameters(s, x),
                        sum,
                        [.. Window(s.Kernel, s.Stride, Padding(s.Output, s.Kernel, s.Stride)), Lack(s)]));
                break;
            case Layer.MaxPool:
                _graph.Node("MaxPool", [x], y, Window(2, 2, []));
                break;
            case Layer.ZeroUnpool s:
                string pads = _graph.Constant($"{y}.pads", [8], [0, 0, 0, 0, 0, 3 * s.Input.Channels, 0, 0]);
                ToBlocks(_graph.Node("Pad", [x, pads], $"{y}.phases"), y);
                break;
            case Layer.NearestUnpool:
                ToBlocks(_graph.Node("Concat", [x, x, x, x], $"{y}.phases", Attribute("axis", 1)), y);
                break;
            case Layer.SwitchUnpool s:
                AddSwitched(s, x, y);
                break;
            case Layer.Linear s:
                string vector = _graph.Node("Flatten", [x], $"{y}.vector", Attribute("axis", 1));
                Activated(s.Activation, $"{y}.units", sum => _graph.Node("Gemm", WithParameters(s, vector), sum, Attribute("transB", 1)));
                Reshape($"{y}.units", y, [-1, .. s.Output.ToArray()]);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(layer), layer, "no such stage");
        }
    }

    /// <summary>
    /// The four values of a block become the axis 1 of [N, 4, C, H, W], row by row, where ArgMax finds the first maximum; there goes x, and
    /// zero to the other three.
    /// </summary>
    private void AddSwitched(Layer.SwitchUnpool layer, string x, string y)
    {
        (int c, int h, int w) = (layer.Input.Channels, layer.Input.Height, layer.Input.Width);
        int pool = _definition.IndexOf(layer.Pool);
        string pooled = ValuesOf(_definition.Layers[pool - 1].Name);
        string deep = _graph.Node("SpaceToDepth", [pooled], $"{y}.deep", Attribute("blocksize", 2));
        string maxima = _graph.Node("ArgMax", [Reshape(deep, $"{y}.blocks", [-1, 4, c, h, w])], $"{y}.switches", Attribute("axis", 1));
        string places = _graph.Constant($"{y}.places", [1, 4, 1, 1, 1], [0L, 1, 2, 3]);
        string isMaximum = _graph.Node("Equal", [maxima, places], $"{y}.is_maximum");
        string values = Reshape(x, $"{y}.values", [-1, 1, c, h, w]);
        string spread = _graph.Node("Where", [isMaximum, values, _graph.Constant($"{y}.zero", [], [0f])], $"{y}.spread");
        ToBlocks(Reshape(spread, $"{y}.phases", [-1, 4 * c, h, w]), y);
    }

    /// <summary>[N, 4·C, H, W] to [N, C, 2H, 2W]: each quarter of the channels is one place of the 2×2 blocks, row by row.</summary>
    private void ToBlocks(string phases, string y) => _graph.Node("DepthToSpace", [phases], y, Attribute("blocksize", 2));

    private string Reshape(string x, string y, long[] shape) =>
        _graph.Node("Reshape", [x, _graph.Constant($"{y}.shape", [shape.Length], shape)], y);

    private void Activated(Activation activation, string y, Action<string> addSum)
    {
        if (activation == Activation.Linear)
        {
            addSum(y);
            return;
        }

        addSum($"{y}.sum");
        _graph.Node(activation.ToString(), [$"{y}.sum"], y); // Relu, Sigmoid and Tanh have their names in ONNX too
    }

    private static string[] WithParameters(Layer layer, string x) => [x, .. layer.Parameters.Select(parameter => parameter.Name)];

    private static ProtobufMessage[] Window(int kernel, int stride, int[] padding) =>
    [
        Attribute("kernel_shape", [kernel, kernel]),
        Attribute("strides", [stride, stride]),
        .. padding.Length == 0 ? (ProtobufMessage[])[] : [Attribute("pads", padding)],
    ];

    /// <summary>Of a convolution's larger side: top, left, bottom, right.</summary>
    private static int[] Padding(TensorShape large, int kernel, int stride)
    {
        (SamePadding rows, SamePadding columns) = (
            SamePadding.For(large.Height, kernel, stride),
            SamePadding.For(large.Width, kernel, stride));
        return [rows.Before, columns.Before, rows.After, columns.After];
    }

    /// <summary>The last rows and columns that no tap of a kernel smaller than the stride reaches.</summary>
    private static ProtobufMessage Lack(Layer.TransposedConvolution layer)
    {
        return Attribute("output_padding", [Of(layer.Input.Height, layer.Output.Height), Of(layer.Input.Width, layer.Output.Width)]);

        int Of(int from, int to) => Math.Max(0, to - (((from - 1) * layer.Stride) + layer.Kernel));
    }
}
