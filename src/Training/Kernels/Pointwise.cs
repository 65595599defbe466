using System.Runtime.Intrinsics;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Kernels;

/// <summary>What is done to each value by itself.</summary>
internal static unsafe class Pointwise
{
    /// <summary>y = activation(y).</summary>
    public static void Activate(Activation activation, Map y)
    {
        for (int run = 0; activation != Activation.Linear && run < y.Runs; run++)
        {
            float* values = y.Data + (run * y.RowStep);
            int count = y.RunLength, i = 0;
            for (; i <= count - Tile.Lanes; i += Tile.Lanes)
            {
                Of(activation, Vector512.Load(values + i)).Store(values + i);
            }

            for (; i < count; i++)
            {
                values[i] = Of(activation, Vector512.Create(values[i])).ToScalar();
            }
        }
    }

    /// <summary>gradient = gradient · activation', which each of these activations gives from its own output y.</summary>
    public static void MultiplyByDerivative(Activation activation, Map y, Map gradient)
    {
        for (int run = 0; activation != Activation.Linear && run < y.Runs; run++)
        {
            float* values = y.Data + (run * y.RowStep), slopes = gradient.Data + (run * gradient.RowStep);
            int count = y.RunLength, i = 0;
            for (; i <= count - Tile.Lanes; i += Tile.Lanes)
            {
                Derivative(activation, Vector512.Load(values + i), Vector512.Load(slopes + i)).Store(slopes + i);
            }

            for (; i < count; i++)
            {
                slopes[i] = Derivative(activation, Vector512.Create(values[i]), Vector512.Create(slopes[i])).ToScalar();
            }
        }
    }

    /// <summary>gradient = scale · (y - x); returns the sum of (y - x)².</summary>
    /// <param name="channels">Of the stored ones, how many count; the gradient of the others stays zero.</param>
    public static double Difference(Map y, Map x, int channels, float scale, Map gradient)
    {
        double sum = 0;
        for (int row = 0; row < y.Height; row++)
        {
            Span<float> ys = y.Row(row), xs = x.Row(row), slopes = gradient.Row(row);
            (int step, int count) = y.Channels == channels ? (ys.Length, ys.Length) : (y.Channels, channels); // a row at once, or a pixel
            float squares = 0;
            for (int first = 0; first < ys.Length; first += step)
            {
                for (int i = first; i < first + count; i++)
                {
                    float difference = ys[i] - xs[i];
                    squares += difference * difference;
                    slopes[i] = scale * difference;
                }
            }

            sum += squares;
        }

        return sum;
    }

    /// <summary>bias[c] += Σ over the pixels of gradient[c].</summary>
    public static void AddBiasGradient(Map gradient, float* bias)
    {
        if (gradient.Channels < Tile.Lanes)
        {
            AddAll(gradient, bias);
        }

        for (int channel = 0; channel <= gradient.Channels - Tile.Lanes; channel += Tile.Lanes)
        {
            var sum = Vector512.Load(bias + channel);
            for (int row = 0; row < gradient.Height; row++)
            {
                float* pixel = gradient.Data + (row * gradient.RowStep) + channel;
                for (int column = 0; column < gradient.Width; column++, pixel += gradient.Channels)
                {
                    sum += Vector512.Load(pixel);
                }
            }

            sum.Store(bias + channel);
        }
    }

    private static void AddAll(Map gradient, float* bias)
    {
        for (int row = 0; row < gradient.Height; row++)
        {
            foreach (float slope in gradient.Row(row))
            {
                *bias += slope;
            }
        }
    }

    private static Vector512<float> Of(Activation activation, Vector512<float> x) => activation switch
    {
        Activation.Relu => Vector512.Max(x, Vector512<float>.Zero),
        Activation.Sigmoid => Sigmoid(x),
        _ => (Sigmoid(x + x) * 2f) - Vector512<float>.One, // tanh
    };

    private static Vector512<float> Derivative(Activation activation, Vector512<float> y, Vector512<float> gradient) => activation switch
    {
        Activation.Relu => Vector512.ConditionalSelect(Vector512.GreaterThan(y, Vector512<float>.Zero), gradient, Vector512<float>.Zero),
        Activation.Sigmoid => gradient * y * (Vector512<float>.One - y),
        _ => gradient * (Vector512<float>.One - (y * y)), // tanh
    };

    private static Vector512<float> Sigmoid(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + Vector512.Exp(-x));
}
