using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Kernels;

namespace AutoencoderApi.Training.Networks;

/// <summary>
/// A fully connected layer on a batch. Several threads call each method at once, each with a number of its own, and each computes
/// its share of the units; all must be done before anyone calls the next. Where the token is cancelled the results mean nothing.
/// </summary>
/// <param name="weights">[outputs, inputs], then the bias where there is one; so are the gradients.</param>
/// <param name="slopes">The loss's gradient with respect to the output; null where nothing is trained.</param>
/// <param name="inputSlopes">The same for the input, or null where nobody wants it.</param>
/// <param name="inputActivation">What has made the input.</param>
internal sealed unsafe class LinearLayer(
    Stage.Linear stage, float* weights, float* gradients, Matrix input, Matrix output, Matrix? slopes, Matrix? inputSlopes, Activation inputActivation)
{
    private readonly AlignedFloats _noBias = new(stage.HasBias ? 0 : stage.Output.Count);
    private readonly int _inputs = stage.Input.Count;
    private readonly int _outputs = stage.Output.Count;

    public void Forward(int rows, int part, int parts, CancellationToken token)
    {
        (int first, int end) = Share.Of(_outputs, part, parts, multipleOf: Tile.Lanes);
        float* bias = stage.HasBias ? weights + (_outputs * _inputs) : _noBias.Data;
        Product.OfRows(input.Data, input.RowStep, rows, weights + (first * _inputs), end - first, _inputs, bias + first, output.Data + first, output.RowStep, token);
        for (int row = 0; row < rows; row++)
        {
            Pointwise.Activate(stage.Activation, output.Data + (row * output.RowStep) + first, end - first);
        }
    }

    /// <summary>From the slopes of what was activated those of the input, before its activation, and the weights' gradients.</summary>
    public void Backward(int rows, int part, int parts, CancellationToken token)
    {
        (int first, int end) = Share.Of(_outputs, part, parts, multipleOf: Tile.Lanes);
        Product.OfColumns(
            slopes!.Data + first, 1, slopes.RowStep, end - first, input.Data, input.RowStep, _inputs, rows, gradients + (first * _inputs), _inputs, token);
        if (stage.HasBias)
        {
            AddUp(slopes, rows, first, end, gradients + (_outputs * _inputs));
        }

        if (inputSlopes is not null)
        {
            (first, end) = Share.Of(_inputs, part, parts, multipleOf: Product.Wide);
            Product.OfColumns(
                slopes.Data, slopes.RowStep, 1, rows, weights + first, _inputs, end - first, _outputs, inputSlopes.Data + first, inputSlopes.RowStep, token);
            for (int row = 0; row < rows; row++)
            {
                Pointwise.MultiplyByDerivative(inputActivation, input.Data + (row * input.RowStep) + first, inputSlopes.Data + (row * inputSlopes.RowStep) + first, end - first);
            }
        }
    }

    private static void AddUp(Matrix slopes, int rows, int first, int end, float* sums)
    {
        for (int unit = first; unit < end; unit++)
        {
            float sum = 0;
            for (int row = 0; row < rows; row++)
            {
                sum += slopes.Data[(row * slopes.RowStep) + unit];
            }

            sums[unit] = sum;
        }
    }
}
