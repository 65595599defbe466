using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>A linear layer on one image: from maps to a vector, such as a narrow code, or from a vector to maps.</summary>
/// <param name="gradient">The workspace's sum for this layer: of the weights' rows, then of the bias; null where nothing is
/// trained.</param>
internal sealed unsafe class ImageLinearLayer(
    LinearWeights weights, ActivationBuffer input, ActivationBuffer output, Activation activation, float* gradient) : LayerKernel
{
    public override void Forward()
    {
        if (weights.ToVector)
        {
            float* y = output.Value.Data;
            for (int number = 0; number < weights.VectorLength; number++)
            {
                y[number] = weights.Bias[number] + Dot(Row(weights.Rows, number), input.Value);
            }
        }
        else
        {
            SetTo(weights.Bias, output.Value);
            for (int number = 0; number < weights.VectorLength; number++)
            {
                AddTo(output.Value, input.Value.Data[number], Row(weights.Rows, number));
            }
        }

        Elementwise.Activate(activation, output.Value);
    }

    public override void Backward()
    {
        Elementwise.MultiplyByDerivative(activation, output.Value, output.Gradient);
        float* bias = gradient + (weights.VectorLength * weights.RowLength);
        if (weights.ToVector)
        {
            ToMaps(bias);
        }
        else
        {
            ToVector(bias);
        }
    }

    /// <summary>From the gradient of the vector, which is the output, to that of the maps.</summary>
    private void ToMaps(float* bias)
    {
        for (int run = 0; run < input.Gradient.Runs; run++)
        {
            new Span<float>(Run(input.Gradient, run), input.Gradient.RunLength).Clear();
        }

        float* slopes = output.Gradient.Data;
        for (int number = 0; number < weights.VectorLength; number++)
        {
            Accumulate(slopes[number], input.Value, Row(gradient, number));
            AddTo(input.Gradient, slopes[number], Row(weights.Rows, number));
            if (weights.HasBias)
            {
                bias[number] += slopes[number];
            }
        }
    }

    /// <summary>From the gradient of the maps, which are the output, to that of the vector.</summary>
    private void ToVector(float* bias)
    {
        for (int number = 0; number < weights.VectorLength; number++)
        {
            Accumulate(input.Value.Data[number], output.Gradient, Row(gradient, number));
            input.Gradient.Data[number] = Dot(Row(weights.Rows, number), output.Gradient);
        }

        if (weights.HasBias)
        {
            Accumulate(1, output.Gradient, bias);
        }
    }

    private float* Row(float* rows, int number) => rows + ((nint)number * weights.RowLength);

    private static float* Run(FeatureMapBuffer maps, int run) => maps.Data + (run * maps.RowStep);

    private static float Dot(float* row, FeatureMapBuffer maps)
    {
        float sum = 0;
        for (int run = 0; run < maps.Runs; run++)
        {
            sum += VectorKernel.Dot(row + (run * maps.RunLength), Run(maps, run), maps.RunLength);
        }

        return sum;
    }

    /// <summary>maps += scale · row.</summary>
    private static void AddTo(FeatureMapBuffer maps, float scale, float* row)
    {
        for (int run = 0; run < maps.Runs; run++)
        {
            VectorKernel.AddScaled(scale, row + (run * maps.RunLength), Run(maps, run), maps.RunLength);
        }
    }

    /// <summary>row += scale · maps.</summary>
    private static void Accumulate(float scale, FeatureMapBuffer maps, float* row)
    {
        for (int run = 0; run < maps.Runs; run++)
        {
            VectorKernel.AddScaled(scale, Run(maps, run), row + (run * maps.RunLength), maps.RunLength);
        }
    }

    private static void SetTo(float* row, FeatureMapBuffer maps)
    {
        for (int run = 0; run < maps.Runs; run++)
        {
            new ReadOnlySpan<float>(row + (run * maps.RunLength), maps.RunLength).CopyTo(new Span<float>(Run(maps, run), maps.RunLength));
        }
    }
}
