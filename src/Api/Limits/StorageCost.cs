using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Api.Limits;

/// <summary>Bytes that a job stores if it runs to its last step, known before the job is taken.</summary>
/// <param name="CheckpointBytes">Of one checkpoint with its row.</param>
/// <param name="FilmBytes">Of all frames of the film; 0 without one.</param>
/// <param name="PointBytes">Of all points of the loss curve.</param>
internal sealed record StorageCost(int Checkpoints, long CheckpointBytes, long FilmBytes, long PointBytes)
{
    private const int VectorsOfCheckpoint = 3; // the weights and Adam's two moments; a frame of the film has the weights alone
    private const int HeaderBytes = 12_288; // of the file, and the row that describes it
    private const int FrameHeaderBytes = 6_144; // the same of a frame
    private const int BytesOfPoint = 256; // a row of metrics with its keys

    public long Bytes => (Checkpoints * CheckpointBytes) + FilmBytes + PointBytes;

    public static StorageCost Of(TrainingSettings settings, bool film)
    {
        int checkpoints = ComputeCost.Parts(settings.Steps, settings.CheckpointEvery);
        int frames = film ? checkpoints + FilmSchedule.EarlyFrames(settings) : 0;
        long vector = (long)sizeof(float) * NetworkDefinition.For(settings).ParameterCount;
        return new StorageCost(
            checkpoints,
            (VectorsOfCheckpoint * vector) + HeaderBytes,
            frames * (vector + FrameHeaderBytes),
            (long)BytesOfPoint * ComputeCost.EvaluationsOf(settings));
    }
}
