namespace AutoencoderApi.Domain.Imaging.Segmentation;

/// <summary>How far each pixel of a page differs from its ground towards ink.</summary>
/// <param name="Contrast">[height, width]: 0 = ground and its noise, 255 = full contrast, as a fraction of the ground's level.</param>
/// <param name="Depth">[height, width]: the same in levels.</param>
/// <param name="Ground">The ground's median level.</param>
/// <param name="Noise">Standard deviation of the ground's noise, in levels.</param>
internal sealed record Foreground(GrayImage Contrast, byte[] Depth, int Ground, int Noise);
