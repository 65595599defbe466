using System.Text.Json;
using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Models;

/// <summary>
/// Does once, while the service starts, what a reconstruction and a new job consist of, with a network that knows nothing and a job that is
/// not kept: what is compiled and loaded for the first caller is then ready (docs/performance.md).
/// </summary>
internal sealed class WarmUp(
    CheckpointStore checkpoints,
    ImageDecoder decoder,
    MemoryBudget memory,
    IOptions<TrainingOptions> options,
    DatasetCatalog datasets,
    JobLimits limits,
    QueueLimiter places,
    IDbContextFactory<AppDbContext> stores) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        byte[] png = PngEncoder.Encode(new Canvas(DigitPreparation.Side, DigitPreparation.Side, channels: 1));
        using (var held = new RequestMemory(memory, nameof(WarmUp)))
        {
            await decoder.DecodeAsync(png, channels: 1, held, stoppingToken);
        }

        foreach (Architecture architecture in (Architecture[])[Architecture.Strided, Architecture.NearestUnpool])
        {
            NetworkDefinition definition = NetworkDefinition.For(TrainingSettings.For(architecture, SyntheticDigits.Name));
            Model.WarmUp(definition, options.Value.Engine);
        }

        try
        {
            await checkpoints.FindAsync(Guid.Empty.ToString(), stoppingToken);
            await InsertAsync(stoppingToken);
        }
        catch (Exception e) when (DbFaults.IsTransient(e))
        {
            // Then the first caller waits a little longer; what else there is to say of the store others say.
        }
    }

    /// <summary>Checks and stores a job, and takes it back before anyone sees it.</summary>
    private async Task InsertAsync(CancellationToken token)
    {
        TrainingJobRequest request = JsonSerializer.Deserialize<TrainingJobRequest>("{}", JsonConventions.Json)!;
        if (!(await TrainingJobRules.CheckAsync(request, datasets, checkpoints, limits, token)).TryGet(out PlannedJob? planned, out _)
            || !(await places.TakeAsync(nameof(WarmUp), 1, planned.Bytes, token)).TryGet(out QueueLimiter.Places? place, out _))
        {
            return; // a service whose queue or disk is full has jobs enough
        }

        using (place)
        {
            JobRow job = JobQueue.NewJob(planned, nameof(WarmUp));
            await using AppDbContext store = await stores.CreateDbContextAsync(token);
            await using IDbContextTransaction undone = await store.Database.BeginTransactionAsync(token);
            store.Jobs.Add(job);
            await store.TrySaveAsync(answer: null, token);
            JsonSerializer.SerializeToUtf8Bytes(TrainingJobResponse.Of(job), JsonConventions.Json);
        }
    }
}
