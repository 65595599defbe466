namespace AutoencoderApi.Training.Kernels;

/// <summary>
/// How a convolution walks along one axis: output i of <c>Offset + OutStep · i</c> reads the neighbouring inputs from
/// <c>InStep · i + First</c> on, each through its own tap of the kernel.
/// </summary>
/// <param name="Taps">The kernel's index for each neighbour, in the order of the inputs.</param>
internal sealed record ConvolutionAxis(int Offset, int OutStep, int InStep, int First, int[] Taps)
{
    /// <summary>Output i reads input i.</summary>
    public static readonly ConvolutionAxis Identity = new(0, 1, 1, 0, [0]);

    /// <summary>How many outputs there are in a map of so many pixels along the axis.</summary>
    public int CountOf(int size) => (size - Offset + OutStep - 1) / OutStep;

    /// <summary>A convolution: y[i] = Σ_t w[t] · x[stride · i + t - before].</summary>
    public static ConvolutionAxis Convolution(int kernel, int stride, int before) =>
        new(0, 1, stride, -before, [.. Enumerable.Range(0, kernel)]);

    /// <summary>
    /// Its transpose, x[stride · i + t - before] += w[t] · y[i], as one dense convolution for each phase of the output (the
    /// sub-pixel form of Shi et al., 2016): no input is zero-stuffed, no sum is scattered.
    /// </summary>
    public static IEnumerable<ConvolutionAxis> Transpose(int kernel, int stride, int before)
    {
        for (int phase = 0; phase < stride; phase++)
        {
            int shift = phase + before;
            int[] taps = [.. Enumerable.Range(0, kernel).Where(tap => (shift - tap) % stride == 0).Reverse()];
            yield return new ConvolutionAxis(phase, stride, 1, taps.Length == 0 ? 0 : (shift - taps[0]) / stride, taps);
        }
    }
}
