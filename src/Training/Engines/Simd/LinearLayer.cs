using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Engines.Simd;

/// <summary>
/// A fully connected layer on a batch. Several threads call each method at once, each with a number of its own, and each computes
/// its partition of the units; all must be done before anyone calls the next. Where the token is cancelled the results mean nothing.
/// </summary>
/// <param name="weights">[outputs, inputs], then the bias where there is one; so are the gradients.</param>
/// <param name="outputGradients">The loss's gradient with respect to the output; null where nothing is trained.</param>
/// <param name="inputGradients">The same for the input, or null where nobody wants it.</param>
/// <param name="inputActivation">What has made the input.</param>
internal sealed unsafe class LinearLayer(
    Layer.Linear layer,
    float* weights,
    float* gradients,
    Matrix input,
    Matrix output,
    Matrix? outputGradients,
    Matrix? inputGradients,
    Activation inputActivation)
{
    private readonly AlignedFloats _noBias = new(layer.HasBias ? 0 : layer.Output.Count);
    private readonly int _inputs = layer.Input.Count;
    private readonly int _outputs = layer.Output.Count;

    public void Forward(int rows, int part, int parts, CancellationToken token)
    {
        (int first, int end) = Partition.Of(_outputs, part, parts, multipleOf: MicroKernel.Lanes);
        float* bias = layer.HasBias ? weights + (_outputs * _inputs) : _noBias.Data;
        Gemm.OfRows(
            input.Data,
            input.RowStep,
            rows,
            weights + (first * _inputs),
            end - first,
            _inputs,
            bias + first,
            output.Data + first,
            output.RowStep,
            token);
        for (int row = 0; row < rows; row++)
        {
            Elementwise.Activate(layer.Activation, output.Data + (row * output.RowStep) + first, end - first);
        }
    }

    /// <summary>From the gradients of what was activated those of the input, before its activation, and the weights' gradients.</summary>
    public void Backward(int rows, int part, int parts, CancellationToken token)
    {
        (int first, int end) = Partition.Of(_outputs, part, parts, multipleOf: MicroKernel.Lanes);
        Gemm.OfColumns(
            outputGradients!.Data + first,
            1,
            outputGradients.RowStep,
            end - first,
            input.Data,
            input.RowStep,
            _inputs,
            rows,
            gradients + (first * _inputs),
            _inputs,
            token);
        if (layer.HasBias)
        {
            AddUp(outputGradients, rows, first, end, gradients + (_outputs * _inputs));
        }

        if (inputGradients is not null)
        {
            (first, end) = Partition.Of(_inputs, part, parts, multipleOf: Gemm.Wide);
            BackwardToInput(inputGradients, rows, first, end, token);
        }
    }

    private void BackwardToInput(Matrix into, int rows, int first, int end, CancellationToken token)
    {
        Gemm.OfColumns(
            outputGradients!.Data,
            outputGradients.RowStep,
            1,
            rows,
            weights + first,
            _inputs,
            end - first,
            _outputs,
            into.Data + first,
            into.RowStep,
            token);
        for (int row = 0; row < rows; row++)
        {
            Elementwise.MultiplyByDerivative(
                inputActivation,
                input.Data + (row * input.RowStep) + first,
                into.Data + (row * into.RowStep) + first,
                end - first);
        }
    }

    private static void AddUp(Matrix outputGradients, int rows, int first, int end, float* sums)
    {
        for (int unit = first; unit < end; unit++)
        {
            float sum = 0;
            for (int row = 0; row < rows; row++)
            {
                sum += outputGradients.Data[(row * outputGradients.RowStep) + unit];
            }

            sums[unit] = sum;
        }
    }
}
