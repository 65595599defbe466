using System.Diagnostics;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;

namespace AutoencoderApi.RequestBench;

/// <summary>Images a second that the engine reconstructs in this process, in batches, a share of each on every processor.</summary>
internal static class BatchRate
{
    private const double Seconds = 3;

    public static void Print(int images)
    {
        using Model model = TrainedModel.Of(Architecture.Strided);
        (int size, int layer) = (model.Definition.Input.Count, model.Definition.Layers.Count - 1);
        float[] inputs = [.. Enumerable.Range(0, images).SelectMany(i => TrainedModel.Digit(i % 100))], outputs = new float[inputs.Length];
        RunFor(Seconds); // until the runtime has compiled its hot paths for the second time
        Console.WriteLine($"{RunFor(Seconds):F0}");

        double RunFor(double seconds)
        {
            long began = Stopwatch.GetTimestamp();
            int done = 0;
            while (Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
            {
                Parallel.For(0, Environment.ProcessorCount, share =>
                {
                    int from = share * images / Environment.ProcessorCount, to = (share + 1) * images / Environment.ProcessorCount;
                    Range part = (from * size)..(to * size);
                    model.RunBatch(inputs.AsSpan(part), layer, outputs.AsSpan(part));
                });
                done += images;
            }

            return done / Stopwatch.GetElapsedTime(began).TotalSeconds;
        }
    }
}
