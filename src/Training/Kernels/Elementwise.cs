using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Kernels;

/// <summary>What is done to each value by itself.</summary>
internal static unsafe class Elementwise
{
    /// <summary>y = activation(y).</summary>
    public static void Activate(Activation activation, FeatureMapBuffer y)
    {
        for (int run = 0; run < y.Runs; run++)
        {
            Activate(activation, y.Data + (run * y.RowStep), y.RunLength);
        }
    }

    /// <summary>The same for <paramref name="count"/> values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    public static void Activate(Activation activation, float* y, int count)
    {
        if (activation == Activation.Linear)
        {
            return;
        }

        int i = 0;
        for (; i <= count - MicroKernel.Lanes; i += MicroKernel.Lanes)
        {
            Of(activation, Vector512.Load(y + i)).Store(y + i);
        }

        for (; i < count; i++)
        {
            y[i] = Of(activation, Vector512.Create(y[i])).ToScalar();
        }
    }

    /// <summary>gradient = gradient · activation', which each of these activations gives from its own output y.</summary>
    public static void MultiplyByDerivative(Activation activation, FeatureMapBuffer y, FeatureMapBuffer gradient)
    {
        for (int run = 0; run < y.Runs; run++)
        {
            MultiplyByDerivative(activation, y.Data + (run * y.RowStep), gradient.Data + (run * gradient.RowStep), y.RunLength);
        }
    }

    /// <summary>The same for <paramref name="count"/> values.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    public static void MultiplyByDerivative(Activation activation, float* y, float* gradient, int count)
    {
        if (activation == Activation.Linear)
        {
            return;
        }

        int i = 0;
        for (; i <= count - MicroKernel.Lanes; i += MicroKernel.Lanes)
        {
            Derivative(activation, Vector512.Load(y + i), Vector512.Load(gradient + i)).Store(gradient + i);
        }

        for (; i < count; i++)
        {
            gradient[i] = Derivative(activation, Vector512.Create(y[i]), Vector512.Create(gradient[i])).ToScalar();
        }
    }

    /// <summary>gradient = scale · (y - x); returns the sum of (y - x)².</summary>
    /// <param name="channels">Of the stored ones, how many count; the gradient of the others stays zero.</param>
    public static double Difference(FeatureMapBuffer y, FeatureMapBuffer x, int channels, float scale, FeatureMapBuffer gradient)
    {
        double sum = 0;
        for (int row = 0; row < y.Height; row++)
        {
            Span<float> ys = y.Row(row), xs = x.Row(row), outputGradients = gradient.Row(row);
            (int step, int count) = y.Channels == channels ? (ys.Length, ys.Length) : (y.Channels, channels); // a row at once, or a pixel
            for (int first = 0; first < ys.Length; first += step)
            {
                sum += Difference(ys.Slice(first, count), xs.Slice(first, count), scale, outputGradients.Slice(first, count));
            }
        }

        return sum;
    }

    /// <summary>
    /// The same for values without a gap. The sum is finite for all finite values: a float's square is within the range of a
    /// double.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    public static double Difference(ReadOnlySpan<float> y, ReadOnlySpan<float> x, float scale, Span<float> gradient)
    {
        Vector512<double> squares = Vector512<double>.Zero;
        double rest = 0;
        int i = 0;
        for (; i <= y.Length - MicroKernel.Lanes; i += MicroKernel.Lanes)
        {
            Vector512<float> differences = Vector512.Create(y[i..]) - Vector512.Create(x[i..]);
            (Vector512<double> lower, Vector512<double> upper) = Vector512.Widen(differences);
            squares += (lower * lower) + (upper * upper);
            (scale * differences).CopyTo(gradient[i..]);
        }

        for (; i < y.Length; i++)
        {
            double difference = y[i] - x[i];
            rest += difference * difference;
            gradient[i] = scale * (y[i] - x[i]);
        }

        return rest + Vector512.Sum(squares);
    }

    /// <summary>bias[c] += Σ over the pixels of gradient[c].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // at full speed from the first call on
    public static void AddBiasGradient(FeatureMapBuffer gradient, float* bias)
    {
        if (gradient.Channels < MicroKernel.Lanes)
        {
            AddAll(gradient, bias);
        }

        for (int channel = 0; channel <= gradient.Channels - MicroKernel.Lanes; channel += MicroKernel.Lanes)
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

    private static void AddAll(FeatureMapBuffer gradient, float* bias)
    {
        for (int row = 0; row < gradient.Height; row++)
        {
            foreach (float slope in gradient.Row(row))
            {
                *bias += slope;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Of(Activation activation, Vector512<float> x) => activation switch
    {
        Activation.Relu => Vector512.Max(x, Vector512<float>.Zero),
        Activation.Sigmoid => Sigmoid(x),
        _ => (Sigmoid(x + x) * 2f) - Vector512<float>.One, // tanh
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Derivative(Activation activation, Vector512<float> y, Vector512<float> gradient) => activation switch
    {
        Activation.Relu => Vector512.ConditionalSelect(Vector512.GreaterThan(y, Vector512<float>.Zero), gradient, Vector512<float>.Zero),
        Activation.Sigmoid => gradient * y * (Vector512<float>.One - y),
        _ => gradient * (Vector512<float>.One - (y * y)), // tanh
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Sigmoid(Vector512<float> x) => Vector512<float>.One / (Vector512<float>.One + Vector512.Exp(-x));
}
