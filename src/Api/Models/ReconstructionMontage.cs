using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Training;

namespace AutoencoderApi.Api.Models;

/// <summary>Images over their reconstructions, in two rows; or in three, with what noise has made of them between.</summary>
internal static class ReconstructionMontage
{
    /// <param name="originals">Each of the network's shape, values 0..1.</param>
    /// <param name="noisy">What the network is given of each; null where that is the original, which is then not shown twice.</param>
    public static Canvas Render(Model model, float[][] originals, float[][]? noisy, int scale, int gap)
    {
        float[][] inputs = noisy ?? originals;
        float[][] reconstructions = [.. model.Reconstruct([.. inputs.SelectMany(input => input)]).Chunk(model.Definition.Input.Count)];
        float[][][] rows = noisy is null ? [originals, reconstructions] : [originals, noisy, reconstructions];
        return ImageMontage.Rows(
            [
                .. rows.Select(row =>
                    (InterleavedImage[])[.. row.Select(values => InterleavedImage.FromUnit(model.Definition.Input, values))]),
            ],
            scale,
            gap);
    }
}
