namespace AutoencoderApi.Domain.Imaging;

internal static class GrayLevel
{
    /// <summary>0..1 to 0..255, rounded and clamped. Not-a-number fails both comparisons and becomes 0.</summary>
    public static byte FromUnit(float value) => value >= 1 ? (byte)255 : value > 0 ? (byte)(value * 255 + 0.5f) : (byte)0;
}
