using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Engines;

namespace AutoencoderApi.Training.Tests;

/// <summary>Networks in training whose gradients a test may read.</summary>
internal static class Sessions
{
    public static TrainingSession Start(EngineKind engine, NetworkDefinition definition, float[] weights, int threads) =>
        (TrainingSession)EngineSelection.For(definition, engine).StartTraining(definition, NetworkState.Initial(weights), threads);

    public static IInferenceModel Load(EngineKind engine, NetworkDefinition definition, float[] weights) =>
        EngineSelection.For(definition, engine).Load(definition, weights);

    /// <returns>The layer's outputs of the images, [B, C, H, W].</returns>
    public static float[] Run(this IInferenceModel model, NetworkDefinition definition, float[] images, int layer)
    {
        float[] outputs = new float[images.Length / definition.Input.Count * definition.Layers[layer].Output.Count];
        model.Run(images, layer, outputs);
        return outputs;
    }

    /// <returns>The image of one code, [C, H, W].</returns>
    public static float[] Decode(this IInferenceModel model, NetworkDefinition definition, float[] code, float[] image)
    {
        float[] decoded = new float[definition.Input.Count];
        model.Decode(code, image, decoded);
        return decoded;
    }
}
