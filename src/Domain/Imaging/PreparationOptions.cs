using AutoencoderApi.Domain.Datasets;

namespace AutoencoderApi.Domain.Imaging;

/// <summary>How an uploaded image is to be prepared.</summary>
public sealed record PreparationOptions
{
    public Preprocessing Preprocessing { get; init; } = Preprocessing.Auto;

    /// <summary>Whether of several digits the largest is taken.</summary>
    public bool TakeLargest { get; init; }

    /// <summary>The ground of the data that the network was trained on.</summary>
    public Background Background { get; init; } = Background.Dark;
}

/// <summary>An uploaded image as it was decoded.</summary>
/// <param name="Pixels">Grey, at most as large as it was sent.</param>
/// <param name="IsExact">Whether these are the very bytes that were sent.</param>
/// <param name="IsInk">Whether they say how much ink each pixel has, as the alpha of a transparent image does.</param>
public sealed record SourceImage(GrayImage Pixels, bool IsExact = true, bool IsInk = false);
