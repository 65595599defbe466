namespace AutoencoderApi.Domain.Evaluations;

/// <summary>What a network makes of every image of a split.</summary>
/// <param name="Count">Images in the split.</param>
/// <param name="Loss">Distribution of the images' losses.</param>
/// <param name="PerLabel">By label, ascending; empty without labels.</param>
/// <param name="Best">Images of the smallest losses, the smallest first.</param>
/// <param name="Worst">Images of the largest losses, the largest first.</param>
/// <param name="LabelAccuracy">How well labels are told from numbers that know none; null without labels.</param>
/// <param name="PcaLoss">Mean squared error of a PCA with as many components as the code has numbers, at most as many as pixels.</param>
/// <param name="CodeDimensions">
/// Participation ratio of the codes' covariance C, tr(C)² / ‖C‖²: how many directions the codes spread over; 0 where all are equal.
/// </param>
/// <param name="Units">By layer, in order.</param>
/// <param name="Anomaly">How well the loss tells other images from the normal ones; null where nothing says which are normal.</param>
public sealed record EvaluationResult(
    int Count,
    LossStatistics Loss,
    IReadOnlyList<LabelLoss> PerLabel,
    IReadOnlyList<ImageLoss> Best,
    IReadOnlyList<ImageLoss> Worst,
    LabelAccuracies? LabelAccuracy,
    double PcaLoss,
    double CodeDimensions,
    IReadOnlyDictionary<string, UnitStatistics> Units,
    AnomalyDetection? Anomaly);

/// <summary>How the losses of images are distributed.</summary>
/// <param name="Mean">Mean squared error per pixel over all images.</param>
/// <param name="Quantiles">Quantiles of the images' losses.</param>
/// <param name="Histogram">Numbers of images by loss.</param>
public sealed record LossStatistics(double Mean, LossQuantiles Quantiles, LossHistogram Histogram);

/// <summary>Quantiles of the images' losses, linear between neighbours.</summary>
/// <param name="P01">Loss below which 1 % of the images lie.</param>
/// <param name="P05">Loss below which 5 % of the images lie.</param>
/// <param name="P25">Loss below which 25 % of the images lie.</param>
/// <param name="P50">Median of the losses.</param>
/// <param name="P75">Loss below which 75 % of the images lie.</param>
/// <param name="P95">Loss below which 95 % of the images lie.</param>
/// <param name="P99">Loss below which 99 % of the images lie.</param>
public sealed record LossQuantiles(double P01, double P05, double P25, double P50, double P75, double P95, double P99);

/// <summary>Numbers of images by loss.</summary>
/// <param name="Edges">From the smallest loss to the largest, one more than there are bins.</param>
/// <param name="Counts">Images by bin; a loss on an edge belongs to the bin above, the largest to the last.</param>
public sealed record LossHistogram(IReadOnlyList<double> Edges, IReadOnlyList<int> Counts);

/// <summary>The loss of the images of one label.</summary>
/// <param name="Label">Label of the images.</param>
/// <param name="Count">Number of images.</param>
/// <param name="Mean">Mean squared error per pixel over the label's images.</param>
public sealed record LabelLoss(int Label, int Count, double Mean);

/// <summary>The loss of one image.</summary>
/// <param name="Index">Index of the image in its split.</param>
/// <param name="Label">Label of the image; null without labels.</param>
/// <param name="Loss">Mean squared error per pixel.</param>
public sealed record ImageLoss(int Index, int? Label, double Loss);

/// <summary>How well labels are told from numbers that know none.</summary>
/// <param name="Code">Of classifiers that see the code.</param>
/// <param name="Pixels">Of the same classifiers on the pixels.</param>
/// <param name="Pca">Of the same on as many principal components of the pixels as the code has numbers.</param>
public sealed record LabelAccuracies(ClassifierAccuracies Code, ClassifierAccuracies Pixels, ClassifierAccuracies Pca);

/// <summary>Fractions, 0..1, of the split's labels that classifiers fitted on the training split find.</summary>
/// <param name="Knn">The 5 nearest neighbours by Euclidean distance vote; a tie goes to the smallest label.</param>
/// <param name="Ridge">Ridge regression on ±1 for each label, α = 1, free intercept; the largest answer wins.</param>
public sealed record ClassifierAccuracies(double Knn, double Ridge);

/// <summary>How many of a layer's units do nothing.</summary>
/// <param name="Dead">Fraction, 0..1, of the layer's units that are zero for every image.</param>
/// <param name="SilentMean">Mean number of the layer's feature maps that are zero for an image.</param>
public sealed record UnitStatistics(double Dead, double SilentMean);

/// <summary>How well the loss tells anomalous images from normal ones.</summary>
/// <param name="Auroc">
/// Area under the receiver operating characteristic, 0..1: how often an anomalous image has the larger loss of a pair, ties half.
/// </param>
/// <param name="Normal">Images taken for normal.</param>
/// <param name="Anomalous">Images taken for anomalous.</param>
/// <param name="Curve">From the highest threshold to the lowest.</param>
public sealed record AnomalyDetection(double Auroc, int Normal, int Anomalous, IReadOnlyList<RocPoint> Curve);

/// <summary>A point of the ROC curve.</summary>
/// <param name="Threshold">An image whose loss is at least this is called anomalous; null where none is.</param>
/// <param name="FalsePositiveRate">Fraction of the normal images that are called anomalous.</param>
/// <param name="TruePositiveRate">Fraction of the anomalous images that are.</param>
public sealed record RocPoint(double? Threshold, double FalsePositiveRate, double TruePositiveRate);
