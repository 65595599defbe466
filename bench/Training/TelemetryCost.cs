using System.Diagnostics;
using System.Globalization;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using AutoencoderApi.Training.Runs;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace AutoencoderApi.TrainingBench;

/// <summary>What a run costs with OpenTelemetry's SDK listening, against the same run with nobody listening.</summary>
internal static class TelemetryCost
{
    private const int Rounds = 60;
    private const int Steps = 50;
    private const int Measurements = 1_000_000;

    public static void Print()
    {
        Dataset digits = SyntheticDigits.Create(600, 1, 1);
        Console.WriteLine(
            "| architecture | a step, ms | listening / not: median (range) of pairs of runs | one measurement, ns | of a step |");
        Console.WriteLine("|---|---|---|---|---|");
        foreach (Architecture architecture in (Architecture[])[Architecture.Dense, Architecture.Strided])
        {
            RunSeconds(architecture, digits); // warms up
            List<double> alone = [], ratios = [];
            for (int round = 0; round < Rounds; round++)
            {
                bool listeningFirst = round % 2 == 0;
                double first = Seconds(listeningFirst), second = Seconds(!listeningFirst);
                alone.Add((listeningFirst ? second : first) / Steps);
                ratios.Add(listeningFirst ? first / second : second / first);
            }

            double step = Timing.Median(alone),
                measurement = With(Telemetry.Name, () => MeasurementSeconds(architecture));
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"| `{JsonConventions.Name(architecture)}` | {step * 1e3:F2} | {Timing.Median(ratios):F3} "
                    + $"({ratios.Min():F2}–{ratios.Max():F2}) | {measurement * 1e9:F0} | {measurement / step:P4} |"
                ));

            double Seconds(bool listening) => With(listening ? Telemetry.Name : "nobody's", () => RunSeconds(architecture, digits));
        }
    }

    private static double With(string meter, Func<double> measure)
    {
        using MeterProvider listener = Sdk.CreateMeterProviderBuilder().AddMeter(meter).AddReader(new Reader()).Build();
        return measure();
    }

    /// <summary>Processor seconds of this thread, which does all of the run.</summary>
    private static double RunSeconds(Architecture architecture, Dataset digits)
    {
        TrainingSettings settings = TrainingSettings.For(architecture, "synthetic-digits") with
        {
            Steps = Steps,
            EvaluateEvery = Steps,
            CheckpointEvery = Steps,
        };
        var trainer = new Trainer(digits, Trainer.CreateInitialState(settings, threads: 1));
        double began = Timing.ProcessorTime();
        foreach (TrainingEvent _ in trainer.Train(CancellationToken.None))
        {
        }

        return (Timing.ProcessorTime() - began) / 1e3;
    }

    private static double MeasurementSeconds(Architecture architecture)
    {
        KeyValuePair<string, object?> tag = Telemetry.Tag(architecture);
        double began = Timing.ProcessorTime();
        for (int i = 0; i < Measurements; i++)
        {
            long at = Stopwatch.GetTimestamp();
            Telemetry.StepDuration.Record(Stopwatch.GetElapsedTime(at).TotalSeconds, tag);
        }

        return (Timing.ProcessorTime() - began) / 1e3 / Measurements;
    }

    /// <summary>Keeps what was measured, as the service's does between two scrapes.</summary>
    private sealed class Reader : MetricReader;
}
