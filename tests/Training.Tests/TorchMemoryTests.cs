using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Engines;

namespace AutoencoderApi.Training.Tests;

/// <summary>
/// TorchSharp's tensors have finalizers. One that is collected between the reading of its handle and the native call that uses it leaves
/// libtorch with freed memory, and the process dies by SIGSEGV within a second or two of these loops.
/// </summary>
public sealed class TorchMemoryTests
{
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(4);
    private static readonly NetworkDefinition s_definition = NetworkDefinition.For(TrainingSettings.For(Architecture.Strided, "any"));

    [Fact]
    public void Weights_and_gradients_are_read_while_tensors_are_finalized()
    {
        using TrainingSession session = Sessions.Start(
            EngineKind.TorchSharp,
            s_definition,
            new float[s_definition.ParameterCount],
            threads: 1);
        WhileCollecting(() =>
        {
            for (int i = 0; i < 1_000; i++)
            {
                Assert.True(session.Weights[0] == 0 && session.Gradients[^1] == 0);
            }
        });
    }

    [Fact]
    public void Networks_are_made_while_tensors_are_finalized()
    {
        float[] weights = new float[s_definition.ParameterCount];
        WhileCollecting(() => Sessions.Load(EngineKind.TorchSharp, s_definition, weights).Dispose());
    }

    private static void WhileCollecting(Action action)
    {
        using CancellationTokenSource stop = new(s_time);
        Thread collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect(0);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        while (!stop.IsCancellationRequested)
        {
            action();
        }

        collector.Join();
    }
}
