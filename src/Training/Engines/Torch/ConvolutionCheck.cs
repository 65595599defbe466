using System.Runtime.InteropServices;
using AutoencoderApi.Domain.Numerics;
using TorchSharp;
using static TorchSharp.torch;

namespace AutoencoderApi.Training.Engines.Torch;

/// <summary>
/// Holds libtorch's convolutions against plain loops. On some virtual machines, which hide the sizes of the CPU's caches, the convolutions
/// of oneDNN inside libtorch give wrong numbers (seen on AMD family 26); libtorch's own, without oneDNN, are right.
/// </summary>
internal static partial class ConvolutionCheck
{
    private const string Library = "torch_cpu";
    private const double Tolerance = 1e-4; // of the largest value
    private const int Batch = 2;

    // Input channels, output channels, size, kernel, stride: those of the article's networks, and narrow ones.
    private static readonly (int In, int Out, int Size, int Kernel, int Stride)[] s_shapes =
        [(1, 16, 28, 5, 2), (16, 32, 14, 5, 2), (16, 32, 14, 5, 1), (16, 1, 28, 5, 1), (3, 5, 12, 3, 1)];

    /// <summary>Where the convolutions are wrong, switches oneDNN off for this process and checks again.</summary>
    /// <returns>What to do where libtorch stays wrong, in one sentence; null where it is right.</returns>
    public static string? Run() =>
        AreRight(Convolve) || (TrySetOneDnn(isEnabled: false) && AreRight(Convolve))
            ? null
            : "libtorch's convolutions give wrong numbers on this CPU: set ONEDNN_MAX_CPU_ISA=SSE41 in the service's environment, or "
                + "Training__Engine=simd.";

    /// <param name="convolve">[B, in, H, W] and [out, in, k, k] at a stride, without padding, to [B, out, h, w].</param>
    /// <returns>Whether outputs and both gradients are those of plain loops.</returns>
    internal static bool AreRight(Func<Tensor, Tensor, int, Tensor> convolve) => s_shapes.All(shape =>
    {
        using DisposeScope scope = NewDisposeScope();
        int size = ((shape.Size - shape.Kernel) / shape.Stride) + 1;
        float[] x = Values(Batch * shape.In * shape.Size * shape.Size, stream: 1);
        float[] weight = Values(shape.Out * shape.In * shape.Kernel * shape.Kernel, stream: 2);
        float[] gradient = Values(Batch * shape.Out * size * size, stream: 3);
        Tensor images = tensor(x).view(Batch, shape.In, shape.Size, shape.Size).requires_grad_(true);
        Tensor kernels = tensor(weight).view(shape.Out, shape.In, shape.Kernel, shape.Kernel).requires_grad_(true);
        Tensor maps = convolve(images, kernels, shape.Stride);
        maps.backward([tensor(gradient).view(maps.shape)]);

        double[] y = new double[gradient.Length], dx = new double[x.Length], dw = new double[weight.Length];
        ForEachProduct(shape, size, (image, kernel, map) =>
        {
            y[map] += (double)x[image] * weight[kernel];
            dx[image] += (double)gradient[map] * weight[kernel];
            dw[kernel] += (double)gradient[map] * x[image];
        });
        return IsClose(y, maps.detach()) && IsClose(dx, images.grad!) && IsClose(dw, kernels.grad!);
    });

    /// <summary>Calls <paramref name="product"/> with the three flat indices of each multiplication of a convolution.</summary>
    private static void ForEachProduct((int In, int Out, int Size, int Kernel, int Stride) shape, int size, Action<int, int, int> product)
    {
        for (int map = 0; map < Batch * shape.Out * size * size; map++)
        {
            (int column, int row, int to, int b) = (
                map % size,
                map / size % size,
                map / (size * size) % shape.Out,
                map / (size * size * shape.Out));
            for (int tap = 0; tap < shape.In * shape.Kernel * shape.Kernel; tap++)
            {
                int from = tap / (shape.Kernel * shape.Kernel);
                int y = (row * shape.Stride) + (tap / shape.Kernel % shape.Kernel), x = (column * shape.Stride) + (tap % shape.Kernel);
                int image = (((((b * shape.In) + from) * shape.Size) + y) * shape.Size) + x;
                product(image, (to * shape.In * shape.Kernel * shape.Kernel) + tap, map);
            }
        }
    }

    private static bool IsClose(double[] expected, Tensor actual)
    {
        double allowed = Tolerance * expected.Max(Math.Abs);
        return expected.Zip(actual.data<float>(), (here, there) => Math.Abs(here - there) <= allowed).All(close => close);
    }

    private static float[] Values(int count, ulong stream)
    {
        SplitMix64 random = SplitMix64.ForStream(seed: 1, stream);
        return [.. Enumerable.Range(0, count).Select(_ => (float)random.NextNormal())];
    }

    private static Tensor Convolve(Tensor x, Tensor weight, int stride) => nn.functional.conv2d(x, weight, strides: [stride, stride]);

    /// <summary>
    /// Whether libtorch's convolutions are those of oneDNN: at::globalContext().setUserEnabledMkldnn, for which TorchSharp has no
    /// call.
    /// </summary>
    internal static bool TrySetOneDnn(bool isEnabled)
    {
        if (OperatingSystem.IsWindows())
        {
            return false; // the names of C++ functions are others there
        }

        SetUserEnabledMkldnn(GlobalContext(), isEnabled);
        return true;
    }

    [LibraryImport(Library, EntryPoint = "_ZN2at13globalContextEv")]
    private static partial nint GlobalContext();

    [LibraryImport(Library, EntryPoint = "_ZN2at7Context20setUserEnabledMkldnnEb")]
    private static partial void SetUserEnabledMkldnn(nint context, [MarshalAs(UnmanagedType.U1)] bool isEnabled);
}
