using AutoencoderApi.TrainingBench;

// Without arguments: the whole comparison. The others are what it starts in processes of their own, a profile, an image, the price of being
// measured, and memory.
switch (args)
{
    case []:
        Tables.Print(new Rounds(10, 1, 2));
        break;
    case ["rounds", var rounds]:
        Tables.Print(new Rounds(int.Parse(rounds), 1, 2));
        break;
    case ["rounds", var rounds, "threads", var threads]:
        Tables.Print(new Rounds(int.Parse(rounds), int.Parse(threads)));
        break;
    case ["measure", var engine, var threads]:
        Measurement.Print(engine, int.Parse(threads));
        break;
    case ["layers"]:
        LayerProfile.Print();
        break;
    case ["padding"]:
        PaddingFigure.Print();
        break;
    case ["telemetry"]:
        TelemetryCost.Print();
        break;
    case ["models"]:
        ModelMemory.Print();
        break;
    default:
        Console.Error.WriteLine(
            "usage: bench/training [rounds N [threads T] | measure simd|torchsharp THREADS | layers | padding | telemetry | models]");
        return 2;
}

return 0;
