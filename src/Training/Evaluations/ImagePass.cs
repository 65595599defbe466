using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Evaluations;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Engines;

namespace AutoencoderApi.Training.Evaluations;

/// <summary>Each image's loss, and how often each unit is zero: one pass of a network over a split.</summary>
/// <param name="Losses">Mean squared error per pixel, of each image in order.</param>
/// <param name="Units">By layer.</param>
internal sealed record ImagePass(float[] Losses, IReadOnlyDictionary<string, UnitStatistics> Units)
{
    private const int ImagesAtOnce = 64;

    public static ImagePass Over(Model model, DatasetSplit split, ParallelOptions parallel)
    {
        float[] losses = new float[split.Count];
        var total = new Tally(model.Definition);
        Parallel.For(
            0,
            (split.Count + ImagesAtOnce - 1) / ImagesAtOnce,
            parallel,
            () => new Tally(model.Definition),
            (batch, _, tally) =>
            {
                for (int i = batch * ImagesAtOnce; i < Math.Min(split.Count, (batch + 1) * ImagesAtOnce); i++)
                {
                    float[] image = new float[split.PixelsPerImage];
                    Pixels.ToFloats(split.Image(i), image);
                    float[][] outputs = model.Outputs(image);
                    losses[i] = (float)(SquaredError.Sum(outputs[^1], image) / image.Length);
                    tally.Add(outputs);
                }

                return tally;
            },
            tally =>
            {
                lock (total)
                {
                    total.Add(tally);
                }
            });
        return new ImagePass(losses, total.Statistics(split.Count));
    }

    /// <summary>Units that were not zero once, and maps that were zero, counted; in which order makes no difference.</summary>
    private sealed class Tally(NetworkDefinition definition)
    {
        private readonly bool[][] _lives = [.. definition.Layers.Select(layer => new bool[layer.Output.Count])];
        private readonly long[] _silent = new long[definition.Layers.Count];

        public void Add(float[][] outputs)
        {
            for (int layer = 0; layer < outputs.Length; layer++)
            {
                (TensorShape shape, bool[] lives) = (definition.Layers[layer].Output, _lives[layer]);
                int size = shape.Height * shape.Width;
                for (int channel = 0; channel < shape.Channels; channel++)
                {
                    bool isSilent = true;
                    for (int i = channel * size; i < (channel + 1) * size; i++)
                    {
                        bool isZero = outputs[layer][i] == 0;
                        lives[i] |= !isZero;
                        isSilent &= isZero;
                    }

                    _silent[layer] += isSilent ? 1 : 0;
                }
            }
        }

        public void Add(Tally other)
        {
            for (int layer = 0; layer < _lives.Length; layer++)
            {
                _silent[layer] += other._silent[layer];
                for (int i = 0; i < _lives[layer].Length; i++)
                {
                    _lives[layer][i] |= other._lives[layer][i];
                }
            }
        }

        public Dictionary<string, UnitStatistics> Statistics(int images) =>
            definition.Layers.Select((layer, i) => (
                    layer.Name,
                    Of: new UnitStatistics(_lives[i].Count(lives => !lives) / (double)_lives[i].Length, _silent[i] / (double)images)))
                .ToDictionary(each => each.Name, each => each.Of);
    }
}
