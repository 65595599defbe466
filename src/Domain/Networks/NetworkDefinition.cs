using AutoencoderApi.Domain.Jobs;
using static AutoencoderApi.Domain.Networks.Layer;

namespace AutoencoderApi.Domain.Networks;

/// <summary>
/// A network on paper: its named layers in order, with every shape. An image's height and width are halved twice on the way to the
/// code. The last layer's output is the reconstruction.
/// </summary>
public sealed class NetworkDefinition
{
    public const string Code = "code";
    public const string Output = "output";

    private NetworkDefinition(IReadOnlyList<Layer> layers)
    {
        Layers = layers;
        Parameters = [.. layers.SelectMany(layer => layer.Parameters)];
        ParameterCount = Parameters.Sum(parameter => parameter.Count);
    }

    public IReadOnlyList<Layer> Layers { get; }

    public TensorShape Input => Layers[0].Input;

    /// <summary>Every trainable tensor, in layer order: the order of a checkpoint and of the flat weight vector.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    public int ParameterCount { get; }

    /// <summary>The number of the layer whose output is the code.</summary>
    public int CodeIndex => IndexOf(Code);

    public TensorShape CodeShape => Layers[CodeIndex].Output;

    /// <summary>Numbers of an image for each number of the code; below 1 there is no bottleneck.</summary>
    public double Compression => (double)Input.Count / CodeShape.Count;

    /// <summary>Whether the code is a vector between two linear layers (<c>codeWidth</c>).</summary>
    public bool HasVectorCode => Find(VectorCode.Expand) is not null;

    /// <summary>Whether the decoder needs more than the code: where the maxima were in the encoder's pooling.</summary>
    public bool NeedsSwitches => Layers.Any(layer => layer is SwitchUnpool);

    /// <summary>
    /// Floating-point operations to train on one image once: every weight meets each place of its layer's smaller side with one
    /// multiplication and one addition, forward, for the weights' gradient and for the input's. Pooling and Adam are not counted.
    /// </summary>
    public double TrainingFlop => 6.0 * Layers.Sum(layer => layer.Parameters
        .Where(parameter => parameter.Shape.Length > 1)
        .Sum(weight => (double)weight.Count * Math.Min(layer.Input.Height * layer.Input.Width, layer.Output.Height * layer.Output.Width)));

    /// <summary>The layer called <paramref name="name"/>, or null where there is none.</summary>
    public Layer? Find(string name) => Layers.FirstOrDefault(layer => layer.Name == name);

    /// <summary>The number of the layer called <paramref name="name"/>, from 0.</summary>
    public int IndexOf(string name) => Enumerable.Range(0, Layers.Count).First(i => Layers[i].Name == name);

    /// <summary>Whether weights of the other network fit this one.</summary>
    public bool HasShapeOf(NetworkDefinition other) =>
        Layers.Select(layer => layer.GetType()).SequenceEqual(other.Layers.Select(layer => layer.GetType()))
        && (Input == other.Input || !Layers.Any(layer => layer is Linear)) // a kernel goes over images of any height and width
        && Parameters.Count == other.Parameters.Count
        && Parameters
            .Zip(other.Parameters)
            .All(pair => pair.First.Name == pair.Second.Name && pair.First.Shape.AsSpan().SequenceEqual(pair.Second.Shape));

    /// <summary>
    /// The same network and weights with another unpooling: of no use to what it has learned, and good to see what the unpooling does.
    /// </summary>
    /// <returns>The network, or why it cannot be had, as a sentence.</returns>
    public Result<NetworkDefinition, string> WithUnpooling(Unpooling unpooling)
    {
        if (!Layers.Any(IsUnpooling))
        {
            return "This network does not unpool.";
        }

        if (Layers[CodeIndex] is not MaxPool)
        {
            return "This network's code is a vector, which no unpooling undoes.";
        }

        var pools = new Stack<MaxPool>(Layers.OfType<MaxPool>());
        var layers = new List<Layer>();
        foreach (Layer layer in Layers)
        {
            if (!IsUnpooling(layer))
            {
                layers.Add(layer);
                continue;
            }

            MaxPool pool = pools.Pop();
            if (unpooling == Unpooling.Switch && pool.Output != layer.Input)
            {
                return $"The switches of {pool.Name} are of {pool.Output} maxima and {layer.Name} reads {layer.Input}: this network "
                    + "was not built for them.";
            }

            layers.Add(unpooling switch
            {
                Unpooling.Zero => new ZeroUnpool(layer.Name, layer.Input, layer.Output),
                Unpooling.Nearest => new NearestUnpool(layer.Name, layer.Input, layer.Output),
                _ => new SwitchUnpool(layer.Name, layer.Input, layer.Output, pool.Name),
            });
        }

        return new NetworkDefinition(layers);
    }

    private static bool IsUnpooling(Layer layer) => layer is ZeroUnpool or NearestUnpool or SwitchUnpool;

    public static NetworkDefinition For(TrainingSettings settings) => new(Architectures.Of(settings.Architecture).Layers(settings));
}
