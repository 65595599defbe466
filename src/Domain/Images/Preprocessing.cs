namespace AutoencoderApi.Domain.Images;

/// <summary>How a picture becomes a 28×28 digit.</summary>
public enum Preprocessing
{
    /// <summary>A 28×28 opaque grey picture is taken as it is, byte for byte; any other as by <see cref="Mnist"/>.</summary>
    Auto,

    /// <summary>The way MNIST was made: bright ink on black, its box scaled into 20×20, its centre of mass at (14,14).</summary>
    Mnist,

    /// <summary>Only scaled to fit, on black; nothing is inverted or moved.</summary>
    Resize,

    /// <summary>Nothing: the picture must be 28×28.</summary>
    None,
}
