using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Tests;
using AutoencoderApi.Training.Runs;
using Microsoft.EntityFrameworkCore;

namespace AutoencoderApi.Api.Tests;

public sealed class FlippedByteTests
{
    [Fact]
    public async Task A_checkpoint_with_any_one_byte_changed_is_found_damaged_when_it_is_loaded()
    {
        await using StoreUnderTest store = await StoreUnderTest.New("sqlite");
        var checkpoints = new CheckpointStore(store.Stores);
        TrainingSettings smallest = TrainingSettings.For(Architecture.Strided, "synthetic-digits") with
        {
            Channels = [1, 1],
            KernelSize = 1,
        };
        (CheckpointRow row, CheckpointFileRow file) = CheckpointStore.Rows(
            await store.AddJob(),
            Trainer.CreateInitialState(smallest, threads: 1),
            0);
        await using AppDbContext context = await store.Stores.CreateDbContextAsync();
        context.AddRange(row, file);
        await context.SaveChangesAsync();

        for (int i = 0; i < file.Content.Length; i++)
        {
            byte[] changed = [.. file.Content];
            changed[i] ^= 1;
            await context.CheckpointFiles.ExecuteUpdateAsync(set => set.SetProperty(stored => stored.Content, changed));
            Assert.True(
                !(await checkpoints.LoadAsync(row, CancellationToken.None)).TryGet(out _, out _),
                $"Byte {i} was changed, and nobody has noticed.");
        }

        await context.CheckpointFiles.ExecuteUpdateAsync(set => set.SetProperty(stored => stored.Content, file.Content));
        (await checkpoints.LoadAsync(row, CancellationToken.None)).Value();
    }
}
