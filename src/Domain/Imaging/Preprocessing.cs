namespace AutoencoderApi.Domain.Imaging;

/// <summary>How an image becomes one that a network takes.</summary>
public enum Preprocessing
{
    /// <summary>
    /// For grey 28×28: a 28×28 opaque grey image is taken as it is, byte for byte, any other as by <c>mnist</c>. For other shapes:
    /// an image of that size is taken as it is, any other as by <c>resize</c>.
    /// </summary>
    Auto,

    /// <summary>
    /// The way MNIST was made: bright ink on black, its box scaled into 20×20, its centre of mass at (14,14). For grey 28×28
    /// only.
    /// </summary>
    Mnist,

    /// <summary>Only scaled to fit, on black; nothing is inverted or moved.</summary>
    Resize,

    /// <summary>Nothing: the image must be of the network's size.</summary>
    None,
}
