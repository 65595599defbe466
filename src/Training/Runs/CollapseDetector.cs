using System.Globalization;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Training.Engines;

namespace AutoencoderApi.Training.Runs;

/// <summary>
/// Tells a network that has stopped learning: in the first steps Adam can drive all weights of the last layer down together,
/// its activation saturates at 0, every gradient vanishes, and the loss stays at the images' own mean square.
/// </summary>
internal sealed class CollapseDetector(DatasetSplit validation)
{
    /// <summary>Before this step a healthy run may still be no better than a black image.</summary>
    public const int FirstStep = 300;

    private const double Threshold = 0.95;

    private bool _warnedOfConstant;

    /// <summary>The loss of a network that answers every image with a black one: the images' mean square.</summary>
    public double BlackLoss { get; } = MeanSquare(validation);

    public bool Happened { get; private set; }

    /// <summary>What is new in this evaluation and worth a warning.</summary>
    public IReadOnlyList<string> Warnings(int step, Evaluation evaluation)
    {
        var warnings = new List<string>();
        if (evaluation.OutputIsConstant && !_warnedOfConstant)
        {
            _warnedOfConstant = true;
            warnings.Add(
                Invariant(
                    $"At step {step} the output is the same for every image; {evaluation.DeadUnits:P0} of the units are zero throughout."));
        }

        bool stuck = evaluation.Loss >= Threshold * BlackLoss || evaluation.OutputIsConstant;
        if (step >= FirstStep && stuck && !Happened)
        {
            Happened = true;
            string losses = Invariant($"its validation loss {evaluation.Loss:G4} is no better than a black image's, {BlackLoss:G4}");
            warnings.Add($"At step {step} the network has collapsed: {losses}.");
        }

        return warnings;
    }

    /// <summary>Whether a training loss is that of black images, give or take what a few hundred of them differ from all.</summary>
    public static bool IsBlack(double trainingLoss, double blackLoss) => Math.Abs(trainingLoss - blackLoss) < 0.1 * blackLoss;

    public static string Advice(TrainingSettings settings) =>
        settings.WarmupSteps < TrainingSettings.DefaultWarmup
            ? Invariant(
                $"Set warmupSteps to {TrainingSettings.DefaultWarmup} or more: a slowly rising learning rate prevents the collapse.")
            : "Lower learningRate, use sigmoid as decoderActivation and outputActivation, or try another seed. Set stopOnCollapse to "
                + "false to train on.";

    private static double MeanSquare(DatasetSplit set)
    {
        double sum = 0;
        for (int i = 0; i < set.Count; i++)
        {
            foreach (byte pixel in set.Image(i))
            {
                sum += pixel * pixel;
            }
        }

        return sum / (255.0 * 255.0 * set.Count * set.PixelsPerImage);
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
