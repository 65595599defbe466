using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.Idempotency;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Verifications;

/// <summary>Stores verifications, one at a time, so that two requests at once make one for a checkpoint (in one process).</summary>
internal sealed class VerificationCreation(
    VerificationStore verifications, DatasetCatalog datasets, JobQueue queue, QueueLimiter places, IdempotencyKeys keys) : IDisposable
{
    private readonly SemaphoreSlim _oneAtATime = new(1);

    /// <summary>The verification of the checkpoint that has not ended, or a new one.</summary>
    /// <param name="owner">The key's id.</param>
    /// <returns>202 and the new one, 200 and the one that is there, or the problem with the request.</returns>
    public async Task<IResult> CreateAsync(CheckpointRow checkpoint, string owner, IdempotentRequest call, CancellationToken token)
    {
        await _oneAtATime.WaitAsync(token);
        try
        {
            if (await verifications.FindOpenAsync(checkpoint.Id, token) is { } open)
            {
                return TypedResults.Ok(VerificationResponse.Of(open));
            }

            Result<QueueLimiter.Places, ProblemHttpResult> taken = await places.TakeAsync(owner, 1, bytes: 0, token);
            return taken.TryGet(out QueueLimiter.Places? place, out ProblemHttpResult? full)
                ? await StoreAsync(checkpoint, owner, call, place, token)
                : full;
        }
        finally
        {
            _oneAtATime.Release();
        }
    }

    public void Dispose() => _oneAtATime.Dispose();

    private async Task<IResult> StoreAsync(
        CheckpointRow checkpoint, string owner, IdempotentRequest call, QueueLimiter.Places place, CancellationToken token)
    {
        using (place)
        {
            JobRow job = JobQueue.NewVerification(checkpoint.Settings, owner);
            var row = new VerificationRow { JobId = job.Id, CheckpointId = checkpoint.Id, Sha256 = checkpoint.Sha256 };
            await using JobInsertion insertion = await queue.BeginAsync([job], token);
            if (await datasets.FaultAsync(checkpoint.Settings.Dataset, token) is null)
            {
                await insertion.TakeDatasetsAsync(token); // one that is gone is what the verification will report
            }

            var response = VerificationResponse.Of(new StoredVerification { Row = row, Job = job });
            return await insertion.CommitAsync(call.Row(202, response.Links.Self, response), token, verification: row)
                ? TypedResults.Accepted(response.Links.Self, response)
                : await keys.RepeatAsync(call, token);
        }
    }
}
