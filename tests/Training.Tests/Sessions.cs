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
}
