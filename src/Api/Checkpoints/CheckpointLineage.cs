using System.ComponentModel.DataAnnotations;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Checkpoints;

/// <summary>What a checkpoint was made from, as recorded when it was written.</summary>
/// <param name="DatasetSha256">SHA-256 of the data set's images and labels, in lower-case hexadecimal: of the whole set.</param>
/// <param name="Parent">Checkpoint that training resumed or started from; null where it began with the seed.</param>
internal sealed record CheckpointLineage(
    [property: RegularExpression("^[0-9a-f]{64}$")] string DatasetSha256, CheckpointParent? Parent)
{
    /// <summary>Null where it is not known: of an imported checkpoint, of an example, and of one from before it was recorded.</summary>
    public static CheckpointLineage? Of(CheckpointRow row) => row.DatasetSha256 is not { } dataset
        ? null
        : new CheckpointLineage(dataset, row.ParentId is { } parent ? new CheckpointParent(parent, row.ParentSha256) : null);

    /// <summary>
    /// The parent of a checkpoint that is about to be stored: the newest earlier one of its job that the run resumes from, else the one
    /// whose weights the job starts from.
    /// </summary>
    public static async Task<(Guid? Id, string? Sha256)> ParentAsync(AppDbContext store, CheckpointRow row)
    {
        var earlier = store.Checkpoints.Where(other => other.JobId == row.JobId && other.Step < row.Step)
            .OrderByDescending(other => other.Step)
            .ThenByDescending(other => other.Id)
            .Select(other => new { other.Id, other.Sha256, other.Step, other.Settings })
            .AsAsyncEnumerable();
        await foreach (var other in earlier)
        {
            if (!IsAside(other.Settings, other.Step, row.Settings))
            {
                return (other.Id, other.Sha256);
            }
        }

        if (row.Settings.StartFrom is not { } start)
        {
            return (null, null);
        }

        string? sha256 = ExampleCheckpoints.Find(start)?.Sha256
            ?? await store.Checkpoints.Where(other => other.Id == start).Select(other => other.Sha256).FirstOrDefaultAsync();
        return (start, sha256);
    }

    /// <summary>
    /// Whether a checkpoint lies aside of a run that was extended since: its last step was evaluated out of turn, so that its mean training
    /// loss is not the run's.
    /// </summary>
    /// <param name="settings">Of the earlier checkpoint, of that <paramref name="step"/>.</param>
    public static bool IsAside(TrainingSettings settings, int step, TrainingSettings now) =>
        settings.Steps < now.Steps && step == settings.Steps && step % settings.EvaluateEvery != 0;
}

/// <summary>An earlier checkpoint.</summary>
/// <param name="Id">Id of the checkpoint, which may have been deleted since.</param>
/// <param name="Sha256">SHA-256 of its file at that time, in lower-case hexadecimal; null where it was gone already.</param>
internal sealed record CheckpointParent(Guid Id, [property: RegularExpression("^[0-9a-f]{64}$")] string? Sha256);
