namespace AutoencoderApi.Training.Kernels;

/// <summary>Unpooling 2×2 that needs no memory of the pooling, from small [H, W] to large [2H, 2W], and its transpose.</summary>
internal static unsafe class Upsampling
{
    /// <summary>Each value at its block's top-left pixel; the other three are never written and stay zero.</summary>
    public static void ZeroFill(FeatureMapBuffer small, FeatureMapBuffer large)
    {
        for (int row = 0; row < small.Height; row++)
        {
            float* value = small.Data + (row * small.RowStep), block = large.Data + (2 * row * large.RowStep);
            for (int column = 0; column < small.Width; column++, block += large.Channels)
            {
                for (int channel = 0; channel < small.Channels; channel++)
                {
                    *block++ = *value++;
                }
            }
        }
    }

    public static void ZeroFillTranspose(FeatureMapBuffer large, FeatureMapBuffer small)
    {
        for (int row = 0; row < small.Height; row++)
        {
            float* value = small.Data + (row * small.RowStep), block = large.Data + (2 * row * large.RowStep);
            for (int column = 0; column < small.Width; column++, block += large.Channels)
            {
                for (int channel = 0; channel < small.Channels; channel++)
                {
                    *value++ = *block++;
                }
            }
        }
    }

    /// <summary>Each value repeated over its block.</summary>
    public static void Nearest(FeatureMapBuffer small, FeatureMapBuffer large)
    {
        for (int row = 0; row < small.Height; row++)
        {
            float* value = small.Data + (row * small.RowStep), block = large.Data + (2 * row * large.RowStep);
            for (int column = 0; column < small.Width; column++, block += large.Channels)
            {
                for (int channel = 0; channel < small.Channels; channel++, block++, value++)
                {
                    block[0] = block[large.Channels] = block[large.RowStep] = block[large.RowStep + large.Channels] = *value;
                }
            }
        }
    }

    public static void NearestTranspose(FeatureMapBuffer large, FeatureMapBuffer small)
    {
        for (int row = 0; row < small.Height; row++)
        {
            float* value = small.Data + (row * small.RowStep), block = large.Data + (2 * row * large.RowStep);
            for (int column = 0; column < small.Width; column++, block += large.Channels)
            {
                for (int channel = 0; channel < small.Channels; channel++, block++, value++)
                {
                    *value = block[0] + block[large.Channels] + block[large.RowStep] + block[large.RowStep + large.Channels];
                }
            }
        }
    }
}
