using System.Runtime.InteropServices;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Engines.Torch;
using static TorchSharp.torch;

namespace AutoencoderApi.Training.Tests;

public sealed class SameConvolutionTests
{
    private const int Batch = 2, In = 2, Out = 3;

    public static TheoryData<int, int, int> Allowed
    {
        get
        {
            var data = new TheoryData<int, int, int>();
            foreach (int size in (int[])[1, 2, 5, 7, 13, 14, 28])
            {
                foreach (int stride in (int[])[1, 2])
                {
                    foreach (int kernel in (int[])[1, 3, 5, 7, 9])
                    {
                        data.Add(size, stride, kernel);
                    }
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Allowed))]
    public void Convolution_and_its_transpose_equal_plain_nested_loops(int size, int stride, int kernel)
    {
        using var scope = NewDisposeScope();
        int small = SamePadding.OutputSize(size, stride), before = SamePadding.For(size, kernel, stride).Before;
        using var random = new Generator((ulong)((100 * size) + (10 * stride) + kernel));
        Tensor x = randn(Batch, In, size, size, generator: random), y = randn(Batch, Out, small, small, generator: random);
        Tensor weight = randn(Out, In, kernel, kernel, generator: random), bias = randn(Out, generator: random);
        double[,,,] forward = new double[Batch, Out, small, small], transposed = new double[Batch, In, size, size];
        for (int b = 0; b < Batch; b++)
        {
            for (int o = 0; o < Out; o++)
            {
                for (int i = 0; i < In; i++)
                {
                    Accumulate(b, o, i);
                }
            }
        }

        Tensor actual = SameConvolution.Forward(x, weight, bias, stride);
        Tensor expected =
            tensor(forward.Cast<double>().ToArray(), [Batch, Out, small, small]) + bias.view(1, Out, 1, 1).to(ScalarType.Float64);
        Assert.True((actual - expected).abs().max().item<double>() < 1e-4);
        Tensor back = SameConvolution.Transposed(y, weight, null, stride, size, size);
        Tensor expectedBack = tensor(transposed.Cast<double>().ToArray(), [Batch, In, size, size]);
        Assert.Equal(expectedBack.shape, back.shape);
        Assert.True((back - expectedBack).abs().max().item<double>() < 1e-4);

        void Accumulate(int b, int o, int i)
        {
            Span<float> xs = Values(x), ys = Values(y), ws = Values(weight);
            for (int r = 0; r < small; r++)
            {
                for (int c = 0; c < small; c++)
                {
                    for (int u = 0; u < kernel; u++)
                    {
                        for (int v = 0; v < kernel; v++)
                        {
                            int row = (r * stride) + u - before, column = (c * stride) + v - before;
                            if (row >= 0 && row < size && column >= 0 && column < size)
                            {
                                double w = ws[(((((o * In) + i) * kernel) + u) * kernel) + v];
                                forward[b, o, r, c] += w * xs[(((((b * In) + i) * size) + row) * size) + column];
                                transposed[b, i, row, column] += w * ys[(((((b * Out) + o) * small) + r) * small) + c];
                            }
                        }
                    }
                }
            }
        }
    }

    private static Span<float> Values(Tensor x) => MemoryMarshal.Cast<byte, float>(x.bytes);
}
