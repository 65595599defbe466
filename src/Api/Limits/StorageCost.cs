using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Limits;

/// <summary>Bytes that a job stores if it runs to its last step, known before the job is taken.</summary>
/// <param name="CheckpointBytes">Of one checkpoint with its row.</param>
/// <param name="PointBytes">Of all points of the loss curve.</param>
internal sealed record StorageCost(int Checkpoints, long CheckpointBytes, long PointBytes)
{
    private const int VectorsOfCheckpoint = 3; // the weights and Adam's two moments
    private const int HeaderBytes = 12_288; // of the file, and the row that describes it
    private const int BytesOfPoint = 256; // a row of metrics with its keys

    public long Bytes => (Checkpoints * CheckpointBytes) + PointBytes;

    public static StorageCost Of(TrainingSettings settings) => new(
        ComputeCost.Parts(settings.Steps, settings.CheckpointEvery),
        ((long)VectorsOfCheckpoint * sizeof(float) * NetworkDefinition.For(settings).ParameterCount) + HeaderBytes,
        (long)BytesOfPoint * ComputeCost.EvaluationsOf(settings));
}
