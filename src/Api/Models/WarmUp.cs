using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Models;

/// <summary>
/// Does once, while the service starts, what a reconstruction consists of, with a network that knows nothing: what is compiled and
/// loaded for the first image is then ready for the first caller (docs/performance.md).
/// </summary>
internal sealed class WarmUp(
    CheckpointStore checkpoints, ImageDecoder decoder, MemoryBudget memory, IOptions<TrainingOptions> options) : BackgroundService
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
        }
        catch (Exception e) when (DbFaults.IsTransient(e))
        {
            // Then the first caller waits a little longer; what else there is to say of the store others say.
        }
    }
}
