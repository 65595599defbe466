using AutoencoderApi.Domain.Images;
using AutoencoderApi.Training;

namespace AutoencoderApi.Api.Models;

/// <summary>Pictures over their reconstructions, in two rows; or in three, with what noise has made of them between.</summary>
internal static class ReconstructionRows
{
    /// <param name="originals">Each of the network's shape, values 0..1.</param>
    /// <param name="disturbed">What the network is given of each; null where that is the original, which is then not shown twice.</param>
    public static Canvas Draw(Model model, float[][] originals, float[][]? disturbed, int scale, int gap)
    {
        float[][] inputs = disturbed ?? originals;
        float[][] reconstructions = [.. model.Reconstruct([.. inputs.SelectMany(input => input)]).Chunk(model.Plan.Input.Count)];
        float[][][] rows = disturbed is null ? [originals, reconstructions] : [originals, disturbed, reconstructions];
        return DigitFigures.Rows([.. rows.Select(row => (Picture[])[.. row.Select(values => Picture.FromUnit(model.Plan.Input, values))])], scale, gap);
    }
}
