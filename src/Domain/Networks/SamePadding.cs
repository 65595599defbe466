namespace AutoencoderApi.Domain.Networks;

/// <summary>
/// TensorFlow's "SAME" padding along one axis: the output has ceil(size / stride) values, and where the padding is odd,
/// the smaller half comes first. 5×5 at stride 2 on 28 or 14 gives 1 before and 2 after.
/// </summary>
public readonly record struct SamePadding(int Before, int After)
{
    public static SamePadding For(int size, int kernel, int stride)
    {
        int total = Math.Max(((OutputSize(size, stride) - 1) * stride) + kernel - size, 0);
        return new SamePadding(total / 2, total - (total / 2));
    }

    public static int OutputSize(int size, int stride) => (size + stride - 1) / stride;
}
