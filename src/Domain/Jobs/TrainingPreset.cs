namespace AutoencoderApi.Domain.Jobs;

/// <summary>Predefined settings of a training job.</summary>
public enum TrainingPreset
{
    /// <summary>A short run: batches of 8, steps, rate and initialization by network, evaluation and checkpoint at the end.</summary>
    Quick,
}
