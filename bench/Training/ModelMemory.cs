using System.Globalization;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.TrainingBench;

/// <summary>What a loaded network adds to the process's resident memory once it has looked at an image.</summary>
internal static class ModelMemory
{
    private const int Models = 64;

    public static void Print()
    {
        Console.WriteLine("| architecture | weights, MB | a loaded network, MB |");
        Console.WriteLine("|---|---|---|");
        foreach (Architecture architecture in Enum.GetValues<Architecture>())
        {
            TrainingSettings settings = TrainingSettings.For(architecture, "synthetic-digits");
            using Model warm = Load(settings);
            long before = Resident();
            Model[] loaded = [.. Enumerable.Range(0, Models).Select(_ => Load(settings))];
            double each = (Resident() - before) / 1e6 / Models;
            Array.ForEach(loaded, model => model.Dispose());
            double weights = warm.Definition.ParameterCount * sizeof(float) / 1e6;
            Console.WriteLine(
                string.Create(CultureInfo.InvariantCulture, $"| `{JsonConventions.Name(architecture)}` | {weights:F2} | {each:F2} |"));
        }
    }

    private static Model Load(TrainingSettings settings)
    {
        var model = new Model(Trainer.CreateInitialState(settings, threads: 1));
        model.Reconstruct(new float[model.Definition.Input.Count]);
        return model;
    }

    private static long Resident()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        return Environment.WorkingSet;
    }
}
