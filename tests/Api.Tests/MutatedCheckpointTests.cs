using AutoencoderApi.Api.Checkpoints;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Domain.Numerics;
using AutoencoderApi.Tests;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Tests;

/// <summary>10,000 mutated files; 1,000,000 in the long form, <c>./test --long fuzz</c>.</summary>
public sealed class MutatedCheckpointTests
{
    private static readonly int s_mutations =
        25 * int.Parse(Environment.GetEnvironmentVariable("FUZZ_INPUTS") ?? "100", null as IFormatProvider);

    [Theory]
    [InlineData(Architecture.Strided)]
    [InlineData(Architecture.NearestUnpool)]
    [InlineData(Architecture.SwitchUnpool)]
    [InlineData(Architecture.Dense)]
    public async Task No_mutated_file_throws_or_takes_more_memory_than_a_sound_one(Architecture architecture)
    {
        byte[] sound = Small(architecture);
        var random = new SplitMix64(7);
        long most = 0;
        int taken = 0;
        for (int i = 0; i < s_mutations; i++)
        {
            HttpRequest request = NewRequest();
            request.ContentType = CheckpointUpload.RawType;
            request.Body = new MemoryStream(MutatedFile.Next(sound, ref random));
            long before = GC.GetAllocatedBytesForCurrentThread();
            Task<Result<CheckpointUpload, ProblemHttpResult>> reading = CheckpointUpload.ReadAsync(
                request,
                TestContext.Current.CancellationToken);
            Assert.True(reading.IsCompleted); // all on this thread, so that its allocations are all there are
            most = Math.Max(most, GC.GetAllocatedBytesForCurrentThread() - before);
            taken += (await reading).TryGet(out _, out _) ? 1 : 0;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"| safetensors of {architecture}, read in process | {s_mutations} | {taken} taken, {s_mutations - taken} refused |");
        Assert.InRange(taken, 1, s_mutations - 1);
        Assert.InRange(most, 0, (4 * SafetensorsHeader.MaxBytes) + (2 * sound.Length));
    }

    [Fact]
    public async Task A_small_header_that_promises_a_huge_file_makes_no_room_for_it()
    {
        byte[] sound = Small(Architecture.Dense);
        int header = 8 + (int)BitConverter.ToInt64(sound);
        HttpRequest request = NewRequest();
        request.ContentType = CheckpointUpload.RawType;
        string json = System
            .Text.Encoding.UTF8.GetString(sound, 8, header - 8)
            .Replace("[8,784]", "[2147483647,1]", StringComparison.Ordinal);
        byte[] text = System.Text.Encoding.UTF8.GetBytes(json);
        request.Body = new MemoryStream([.. BitConverter.GetBytes((long)text.Length), .. text]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Result<CheckpointUpload, ProblemHttpResult> read = await CheckpointUpload.ReadAsync(request, TestContext.Current.CancellationToken);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 * SafetensorsHeader.MaxBytes);
        Assert.Contains("'hidden1.weight'", read.Fault().ProblemDetails.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void The_largest_file_has_room_for_the_widest_dense_network_on_digits() =>
        Assert.InRange(
            (784 * 1024) + 1024 + (1024 * 1024) + 1024 + (1024 * 1024) + 1024 + (1024 * 784) + 784,
            3_500_000,
            (CheckpointFile.MaxBytes - 8 - SafetensorsHeader.MaxBytes) / 12);

    private static HttpRequest NewRequest()
    {
        var context = new DefaultHttpContext();
        context.Features.Set(AnyMemory.New());
        return context.Request;
    }

    private static byte[] Small(Architecture architecture)
    {
        TrainingSettings settings = TrainingSettings.For(architecture, "synthetic-digits") with
        {
            Channels = [2, 3],
            KernelSize = 3,
            DenseWidths = [8, 4],
        };
        float[] weights = new float[NetworkDefinition.For(settings).ParameterCount];
        Array.Fill(weights, 0.1f);
        return CheckpointFile.Write(
            new Checkpoint(settings, 3, new Losses(0.1, 0.1, null), 3, 0, new ExecutionEnvironment(1, "avx2"), weights, weights, weights));
    }
}
