using System.Runtime.Intrinsics;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Training.Kernels;

/// <summary>
/// A convolution with "SAME" padding from the larger map x to the smaller y, its transpose from y to x, and the gradient of
/// its weights [y, x, k, k], which both share. Maps have their channels padded to whole vectors, but for an x that is a
/// image. Where that has a single channel the convolution reads its <see cref="Im2Col"/>, so that all k × k taps of a pixel are
/// contiguous.
/// </summary>
internal sealed unsafe class Convolution
{
    private readonly PackedFilter _convolution;
    private readonly PackedFilter[] _transpose; // one for each phase of the output
    private readonly bool _single;

    /// <param name="first">Where the weights begin in the network's flat vector.</param>
    /// <param name="stored">Channels that x is stored with. Its own number, where that is no multiple of a vector's, only if nobody wants
    /// its gradient or it is one.</param>
    public Convolution(TensorShape x, TensorShape y, int kernel, int stride, int first, int stored)
    {
        bool single = _single = stored == 1;
        int before = SamePadding.For(x.Height, kernel, stride).Before;
        var layout = new WeightLayout(first, y.Channels, x.Channels, stored, kernel);
        ConvolutionAxis along = ConvolutionAxis.Convolution(kernel, stride, before);
        ConvolutionAxis[] phases = [.. ConvolutionAxis.Transpose(kernel, stride, before)];
        _convolution = single ? layout.ConvolutionOfColumns(along) : layout.Convolution(along);
        _transpose =
        [
            .. from rows in phases from columns in phases
               select single ? layout.TransposeToSingle(rows, columns) : layout.Transpose(rows, columns),
        ];
    }

    /// <summary>For each value that <see cref="AddWeightGradient"/> makes, where it stands in the flat vector, or -1.</summary>
    public ReadOnlySpan<int> GradientSource => _convolution.Source;

    public void PackConvolution(ReadOnlySpan<float> weights, int part, int parts) => _convolution.Pack(weights, part, parts);

    public void PackTranspose(ReadOnlySpan<float> weights, int part, int parts)
    {
        foreach (PackedFilter phase in _transpose)
        {
            phase.Pack(weights, part, parts);
        }
    }

    /// <param name="bias">For each channel of y.</param>
    public void Convolve(FeatureMapBuffer x, FeatureMapBuffer y, float* bias) => Correlate(_convolution, x, y, bias);

    /// <param name="bias">For each channel of x.</param>
    public void Transpose(FeatureMapBuffer y, FeatureMapBuffer x, float* bias)
    {
        foreach (PackedFilter phase in _transpose)
        {
            if (_single)
            {
                Contract(phase, y, x, *bias);
            }
            else
            {
                Correlate(phase, y, x, bias);
            }
        }
    }

    /// <summary>Adds one image's part: Σ over the pixels of y of x's taps there times y.</summary>
    public void AddWeightGradient(FeatureMapBuffer x, FeatureMapBuffer y, float* gradient)
    {
        (ConvolutionAxis rows, ConvolutionAxis columns, int depth) = (_convolution.Rows, _convolution.Columns, _convolution.Depth);
        for (int block = 0; block < y.Channels; block += MicroKernel.Lanes)
        {
            for (int u = 0; u < rows.Taps.Length; u++, gradient += depth * MicroKernel.Lanes)
            {
                int above = rows.First + u; // the row of x that this tap reads for row 0 of y
                int from = Math.Max(0, CeilingOf(-above, rows.InStep));
                int to = Math.Min(y.Height, CeilingOf(x.Height - above, rows.InStep));
                float* xs = x.Data + (((from * rows.InStep) + above) * x.RowStep) + (columns.First * x.Channels);
                float* ys = y.Data + (from * y.RowStep) + block;
                (nint xRow, nint xPixel) = (rows.InStep * x.RowStep, columns.InStep * x.Channels);
                WeightGradientMicroKernel.Accumulate(xs, xRow, xPixel, depth, ys, y.RowStep, y.Channels, to - from, y.Width, gradient);
            }
        }

        static int CeilingOf(int value, int divisor) => (value + divisor - 1) / divisor;
    }

    private static void Correlate(PackedFilter filter, FeatureMapBuffer from, FeatureMapBuffer to, float* bias)
    {
        (ConvolutionAxis rows, ConvolutionAxis columns, int depth) = (filter.Rows, filter.Columns, filter.Depth);
        (nint xPixel, nint oPixel) = (columns.InStep * from.Channels, columns.OutStep * to.Channels);
        int pixels = columns.CountOf(to.Width);
        float* weights = filter.Packed, narrow = stackalloc float[MicroKernel.Width * MicroKernel.Lanes];
        for (int block = 0; block < to.Channels; block += MicroKernel.Lanes, weights += rows.Taps.Length * depth * MicroKernel.Lanes)
        {
            for (int row = rows.Offset, top = rows.First; row < to.Height; row += rows.OutStep, top += rows.InStep)
            {
                (int skip, int count) = Inside(top, rows.Taps.Length, from.Height);
                float* x = from.Data + ((top + skip) * from.RowStep) + (columns.First * from.Channels);
                float* o = to.Data + (row * to.RowStep) + (columns.Offset * to.Channels) + block;
                float* w = weights + (skip * depth * MicroKernel.Lanes);
                int rest = pixels;
                for (; rest >= MicroKernel.Width; rest -= MicroKernel.Width)
                {
                    MicroKernel.Correlate(x, from.RowStep, xPixel, w, count, depth, bias + block, o, oPixel);
                    x += MicroKernel.Width * xPixel;
                    o += MicroKernel.Width * oPixel;
                }

                if (rest > 0 && pixels > MicroKernel.Width) // a last tile that covers some pixels again, with the same values
                {
                    x -= (MicroKernel.Width - rest) * xPixel;
                    o -= (MicroKernel.Width - rest) * oPixel;
                    MicroKernel.Correlate(x, from.RowStep, xPixel, w, count, depth, bias + block, o, oPixel);
                }
                else if (rest > 0)
                {
                    MicroKernel.Correlate(x, from.RowStep, xPixel, w, count, depth, bias + block, narrow, MicroKernel.Lanes);
                    for (int pixel = 0; pixel < rest; pixel++)
                    {
                        Vector512.Load(narrow + (pixel * MicroKernel.Lanes)).Store(o + (pixel * oPixel));
                    }
                }
            }
        }
    }

    private static void Contract(PackedFilter filter, FeatureMapBuffer from, FeatureMapBuffer to, float bias)
    {
        (ConvolutionAxis rows, ConvolutionAxis columns, int depth) = (filter.Rows, filter.Columns, filter.Depth);
        int pixels = columns.CountOf(to.Width);
        float* narrow = stackalloc float[MicroKernel.Width];
        for (int row = rows.Offset, top = rows.First; row < to.Height; row += rows.OutStep, top += rows.InStep)
        {
            (int skip, int count) = Inside(top, rows.Taps.Length, from.Height);
            float* x = from.Data + ((top + skip) * from.RowStep) + (columns.First * from.Channels);
            float* o = to.Data + (row * to.RowStep) + columns.Offset;
            float* w = filter.Packed + (skip * depth);
            int rest = pixels;
            for (; rest >= MicroKernel.Width; rest -= MicroKernel.Width)
            {
                MicroKernel.Contract(x, from.RowStep, from.Channels, w, count, depth, bias, o, columns.OutStep);
                x += MicroKernel.Width * from.Channels;
                o += MicroKernel.Width * columns.OutStep;
            }

            if (rest > 0 && pixels > MicroKernel.Width) // as in Correlate
            {
                x -= (MicroKernel.Width - rest) * from.Channels;
                o -= (MicroKernel.Width - rest) * columns.OutStep;
                MicroKernel.Contract(x, from.RowStep, from.Channels, w, count, depth, bias, o, columns.OutStep);
            }
            else if (rest > 0)
            {
                MicroKernel.Contract(x, from.RowStep, from.Channels, w, count, depth, bias, narrow, 1);
                for (int pixel = 0; pixel < rest; pixel++)
                {
                    o[pixel * columns.OutStep] = narrow[pixel];
                }
            }
        }
    }

    /// <summary>
    /// Of <paramref name="count"/> rows from <paramref name="top"/> on, how many to skip, and how many then lie in the
    /// map.
    /// </summary>
    private static (int Skip, int Count) Inside(int top, int count, int height)
    {
        int skip = Math.Clamp(-top, 0, count);
        return (skip, Math.Max(0, Math.Min(count, height - top) - skip));
    }
}
