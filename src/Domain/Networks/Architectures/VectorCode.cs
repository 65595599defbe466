using AutoencoderApi.Domain.Jobs;
using static AutoencoderApi.Domain.Networks.Layer;

namespace AutoencoderApi.Domain.Networks;

/// <summary>
/// A narrow code: a linear layer from the encoder's last maps to a vector of <see cref="TrainingSettings.CodeWidth"/> numbers, and another
/// one back to the shape of the maps. Without a width the maps are the code.
/// </summary>
internal static class VectorCode
{
    private const string Features = "features";
    public const string Expand = "expand";

    /// <summary>The name of the encoder's last layer.</summary>
    public static string EncoderEnd(TrainingSettings settings) => settings.CodeWidth is null ? NetworkDefinition.Code : Features;

    /// <summary>What stands between encoder and decoder.</summary>
    /// <param name="features">The shape of the encoder's last maps.</param>
    public static Layer[] Layers(TrainingSettings settings, TensorShape features)
    {
        if (settings.CodeWidth is not { } width)
        {
            return [];
        }

        TensorShape code = new(width, 1, 1);
        return
        [
            new Linear(NetworkDefinition.Code, features, code, Activation.Linear, HasBias: true),
            new Linear(Expand, code, features, settings.DecoderActivation, settings.DecoderBias),
        ];
    }
}
