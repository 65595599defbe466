namespace AutoencoderApi.Training.Engines;

/// <param name="Inputs">[B, C, H, W] in [0, 1], with noise where the run has some.</param>
/// <param name="Targets">The clean images, in the same layout; the same array where there is no noise.</param>
internal readonly record struct TrainingBatch(float[] Inputs, float[] Targets);
