using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Tests;

/// <summary>What a plan computes for one image, in double precision by plain nested loops: slow, and plain to see.</summary>
internal sealed class ReferenceNetwork
{
    private readonly Dictionary<string, double[]> _parameters = [];
    private readonly Dictionary<string, int[]> _switches = [];
    private readonly NetworkDefinition _definition;

    public ReferenceNetwork(NetworkDefinition definition, float[] weights)
    {
        _definition = definition;
        int offset = 0;
        foreach (Parameter parameter in definition.Parameters)
        {
            _parameters[parameter.Name] = [.. weights[offset..(offset += parameter.Count)].Select(value => (double)value)];
        }
    }

    /// <summary>Every layer's output by name, channel by channel, row by row.</summary>
    public Dictionary<string, double[]> Activations(ReadOnlySpan<float> image)
    {
        var outputs = new Dictionary<string, double[]>();
        double[] x = [.. image.ToArray().Select(value => (double)value)];
        foreach (Layer layer in _definition.Layers)
        {
            outputs[layer.Name] = x = Apply(layer, x);
        }

        return outputs;
    }

    private double[] Apply(Layer layer, double[] x) =>
        layer switch
        {
            Layer.Convolution s => Activate(
                s.Activation,
                Biased(s, Convolve(x, s, s.Input, s.Output, s.Kernel, s.Stride, transposed: false))),
            Layer.TransposedConvolution s => Activate(
                s.Activation,
                Biased(s, Convolve(x, s, s.Output, s.Input, s.Kernel, s.Stride, transposed: true))),
            Layer.MaxPool s => Pool(x, s),
            Layer.ZeroUnpool s => Spread(x, s, (_, block) => [block[0]]),
            Layer.NearestUnpool s => Spread(x, s, (_, block) => block),
            Layer.SwitchUnpool s => Spread(x, s, (i, _) => [_switches[s.Pool][i]]),
            Layer.Linear s => Activate(s.Activation, Biased(s, Multiply(x, s))),
            _ => throw new ArgumentOutOfRangeException(nameof(layer), layer, "no such stage"),
        };

    /// <summary>
    /// The convolution from <paramref name="large"/> to <paramref name="small"/>, or its transpose: each tap ties one value of
    /// either side.
    /// </summary>
    private double[] Convolve(double[] x, Layer layer, TensorShape large, TensorShape small, int kernel, int stride, bool transposed)
    {
        double[] weight = _parameters[$"{layer.Name}.weight"], y = new double[layer.Output.Count];
        int before = SamePadding.For(large.Height, kernel, stride).Before;
        for (int tap = 0; tap < small.Count * large.Channels * kernel * kernel; tap++)
        {
            (int rest, int v) = Math.DivRem(tap, kernel);
            (rest, int u) = Math.DivRem(rest, kernel);
            (int at, int channel) = Math.DivRem(rest, large.Channels);
            (int map, int place) = Math.DivRem(at, small.Height * small.Width);
            int row = (place / small.Width * stride) + u - before, column = (place % small.Width * stride) + v - before;
            if (row < 0 || row >= large.Height || column < 0 || column >= large.Width)
            {
                continue;
            }

            double w = weight[(((((map * large.Channels) + channel) * kernel) + u) * kernel) + v];
            int far = (((channel * large.Height) + row) * large.Width) + column;
            y[transposed ? far : at] += w * x[transposed ? at : far];
        }

        return y;
    }

    private double[] Multiply(double[] x, Layer layer) =>
        [.. _parameters[$"{layer.Name}.weight"].Chunk(x.Length).Select(row => row.Zip(x).Sum(pair => pair.First * pair.Second))];

    private double[] Biased(Layer layer, double[] y)
    {
        int perChannel = layer is Layer.Linear ? 1 : layer.Output.Height * layer.Output.Width;
        return _parameters.TryGetValue($"{layer.Name}.bias", out double[]? bias)
            ? [.. y.Select((value, i) => value + bias[i / perChannel])]
            : y;
    }

    /// <summary>The maximum of each block; of equal values, the first in reading order counts as the maximum.</summary>
    private double[] Pool(double[] x, Layer layer)
    {
        int[] winners = _switches[layer.Name] = new int[layer.Output.Count];
        for (int i = 0; i < winners.Length; i++)
        {
            winners[i] = Block(i, layer.Output).Aggregate((best, next) => x[next] > x[best] ? next : best);
        }

        return [.. winners.Select(at => x[at])];
    }

    private static double[] Spread(double[] x, Layer layer, Func<int, int[], int[]> targets)
    {
        double[] y = new double[layer.Output.Count];
        for (int i = 0; i < x.Length; i++)
        {
            foreach (int target in targets(i, Block(i, layer.Input)))
            {
                y[target] = x[i];
            }
        }

        return y;
    }

    /// <summary>The four places of the twice as large map that belong to place <paramref name="i"/>, in reading order.</summary>
    private static int[] Block(int i, TensorShape small)
    {
        (int rest, int column) = Math.DivRem(i, small.Width);
        int topLeft = (4 * rest * small.Width) + (2 * column), width = 2 * small.Width;
        return [topLeft, topLeft + 1, topLeft + width, topLeft + width + 1];
    }

    private static double[] Activate(Activation activation, double[] y) => [.. y.Select(value => activation switch
    {
        Activation.Relu => Math.Max(value, 0),
        Activation.Sigmoid => 1 / (1 + Math.Exp(-value)),
        Activation.Tanh => Math.Tanh(value),
        Activation.Linear => value,
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "no such activation"),
    })];
}
