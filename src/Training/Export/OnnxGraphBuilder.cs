using System.Runtime.InteropServices;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Export;

/// <summary>
/// An ONNX model under construction. The numbers of its fields are those of onnx.proto (github.com/onnx/onnx), each named by the
/// message that it stands in.
/// </summary>
internal sealed class OnnxGraphBuilder
{
    private const int IrVersion = 8;
    private const int OperatorSet = 17;

    private readonly ProtobufMessage _graph = new ProtobufMessage().Add(2, "autoencoder"); // GraphProto.name

    /// <summary>The values [N, C, H, W] that the model takes, N at the caller's choice.</summary>
    public void Input(string name, TensorShape shape) => _graph.Add(11, ValueInfo(name, shape)); // GraphProto.input

    /// <summary>Values [N, C, H, W] that the model gives.</summary>
    public void Output(string name, TensorShape shape) => _graph.Add(12, ValueInfo(name, shape)); // GraphProto.output

    /// <summary>Adds an operator; inputs and its output are known by their names.</summary>
    /// <returns><paramref name="output"/>.</returns>
    public string Node(string operation, string[] inputs, string output, params ProtobufMessage[] attributes)
    {
        var node = new ProtobufMessage(); // NodeProto
        foreach (string input in inputs)
        {
            node.Add(1, input);
        }

        node.Add(2, output).Add(3, output).Add(4, operation); // output, name, op_type
        foreach (ProtobufMessage attribute in attributes)
        {
            node.Add(5, attribute);
        }

        _graph.Add(1, node); // GraphProto.node
        return output;
    }

    /// <returns><paramref name="name"/>.</returns>
    public string Constant(string name, IEnumerable<int> shape, ReadOnlySpan<float> values) =>
        Constant(name, shape, 1, MemoryMarshal.AsBytes(values));

    /// <returns><paramref name="name"/>.</returns>
    public string Constant(string name, IEnumerable<int> shape, ReadOnlySpan<long> values) =>
        Constant(name, shape, 7, MemoryMarshal.AsBytes(values));

    /// <summary>A float constant whose values are written by whoever sends the model.</summary>
    public void Place(Parameter parameter) =>
        _graph.Add(5, Tensor(parameter.Name, parameter.Shape, 1).AddPlace(9, sizeof(float) * (long)parameter.Count));

    public static ProtobufMessage Attribute(string name, int value) =>
        new ProtobufMessage().Add(1, name).Add(20, 2).Add(3, value); // AttributeProto.name, type = INT, i

    public static ProtobufMessage Attribute(string name, IEnumerable<int> values) =>
        new ProtobufMessage().Add(1, name).Add(20, 7).Add(8, values.Select(value => (long)value)); // AttributeProto.name, type = INTS, ints

    /// <param name="metadata">What the file says of itself, by name.</param>
    public ProtobufMessage ToModel(IEnumerable<KeyValuePair<string, string>> metadata)
    {
        ProtobufMessage model = new ProtobufMessage() // ModelProto
            .Add(1, IrVersion)
            .Add(2, "AutoencoderApi") // producer_name
            .Add(7, _graph)
            .Add(8, new ProtobufMessage().Add(2, OperatorSet)); // OperatorSetIdProto.version, of the domain that needs no name
        foreach ((string name, string value) in metadata)
        {
            model.Add(14, new ProtobufMessage().Add(1, name).Add(2, value)); // metadata_props, of StringStringEntryProto
        }

        return model;
    }

    /// <param name="type">TensorProto.DataType: 1 float, 7 int64.</param>
    /// <param name="data">Little-endian.</param>
    private string Constant(string name, IEnumerable<int> shape, int type, ReadOnlySpan<byte> data)
    {
        _graph.Add(5, Tensor(name, shape, type).Add(9, data)); // GraphProto.initializer; TensorProto.raw_data
        return name;
    }

    private static ProtobufMessage Tensor(string name, IEnumerable<int> shape, int type) => new ProtobufMessage() // TensorProto
        .Add(1, shape.Select(size => (long)size)) // dims
        .Add(2, type)
        .Add(8, name);

    private static ProtobufMessage ValueInfo(string name, TensorShape shape)
    {
        // TensorShapeProto.dim, Dimension.dim_param
        ProtobufMessage sizes = new ProtobufMessage().Add(1, new ProtobufMessage().Add(2, "N"));
        foreach (int size in shape.ToArray())
        {
            sizes.Add(1, new ProtobufMessage().Add(1, size)); // Dimension.dim_value
        }

        ProtobufMessage tensor = new ProtobufMessage().Add(1, 1).Add(2, sizes); // TypeProto.Tensor: elem_type = FLOAT, shape
        return new ProtobufMessage().Add(1, name).Add(2, new ProtobufMessage().Add(1, tensor)); // ValueInfoProto: name, type
    }
}
