using AutoencoderApi.Domain.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace AutoencoderApi.Training.Engines.Torch;

/// <summary>Convolutions with TensorFlow's "SAME" padding, which libtorch has for stride 1 only.</summary>
internal static class SameConvolution
{
    /// <param name="x">[B, in, H, W]</param>
    /// <param name="weight">[out, in, k, k]</param>
    /// <returns>[B, out, ceil(H / stride), ceil(W / stride)]</returns>
    public static Tensor Forward(Tensor x, Tensor weight, Tensor? bias, int stride)
    {
        (SamePadding rows, SamePadding columns) = Padding(x.shape[2], x.shape[3], weight, stride);
        return rows.Before == rows.After && columns.Before == columns.After
            ? functional.conv2d(x, weight, bias, strides: [stride, stride], padding: [rows.Before, columns.Before])
            : functional.conv2d(
                functional.pad(x, (columns.Before, columns.After, rows.Before, rows.After)), weight, bias, strides: [stride, stride]);
    }

    /// <summary>
    /// The gradient of <see cref="Forward"/> with respect to its input: the full transposed convolution, cropped by the
    /// padding.
    /// </summary>
    /// <param name="y">[B, in, ceil(height / stride), ceil(width / stride)]</param>
    /// <param name="weight">[in, out, k, k]</param>
    /// <returns>[B, out, height, width]</returns>
    public static Tensor Transposed(Tensor y, Tensor weight, Tensor? bias, int stride, int height, int width)
    {
        (SamePadding rows, SamePadding columns) = Padding(height, width, weight, stride);
        long missingRows = Missing(y.shape[2], height, rows), missingColumns = Missing(y.shape[3], width, columns);
        Tensor full = functional.conv_transpose2d(
            y,
            weight,
            bias,
            strides: [stride, stride],
            padding: [rows.Before, columns.Before],
            output_padding: [Math.Max(missingRows, 0), Math.Max(missingColumns, 0)]);
        Tensor cropped = missingRows < 0 ? full.narrow(2, 0, height) : full;
        return missingColumns < 0 ? cropped.narrow(3, 0, width) : cropped;

        // Positive where the kernel is smaller than the stride and leaves the last rows untouched.
        long Missing(long from, long to, SamePadding padding) => to - (((from - 1) * stride) + weight.shape[2] - (2 * padding.Before));
    }

    private static (SamePadding Rows, SamePadding Columns) Padding(long height, long width, Tensor weight, int stride)
    {
        int kernel = (int)weight.shape[2];
        return (SamePadding.For((int)height, kernel, stride), SamePadding.For((int)width, kernel, stride));
    }
}
