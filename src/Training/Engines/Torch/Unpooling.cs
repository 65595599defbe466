using TorchSharp;
using static TorchSharp.torch;

namespace AutoencoderApi.Training.Engines.Torch;

/// <summary>The three ways to undo 2×2 max pooling; each takes [B, C, H, W] to [B, C, 2H, 2W].</summary>
internal static class Unpooling
{
    public static Tensor ZeroFill(Tensor x)
    {
        long b = x.shape[0], c = x.shape[1], h = x.shape[2], w = x.shape[3];
        Tensor blocks = nn.functional.pad(x.view(b, c, h, 1, w, 1), [0, 1, 0, 0, 0, 1]); // [B,C,H,2,W,2], the value at [.,0,.,0]
        return blocks.view(b, c, 2 * h, 2 * w);
    }

    public static Tensor Nearest(Tensor x)
    {
        long b = x.shape[0], c = x.shape[1], h = x.shape[2], w = x.shape[3];
        return x.view(b, c, h, 1, w, 1).expand(b, c, h, 2, w, 2).reshape(b, c, 2 * h, 2 * w);
    }

    /// <param name="switches">Where each maximum was: [B, C, H, W] indices into the flattened [2H, 2W] map.</param>
    public static Tensor ToSwitches(Tensor x, Tensor switches)
    {
        long b = x.shape[0], c = x.shape[1], h = x.shape[2], w = x.shape[3];
        return zeros(b, c, 4 * h * w).scatter(2, switches.view(b, c, h * w), x.view(b, c, h * w)).view(b, c, 2 * h, 2 * w);
    }
}
