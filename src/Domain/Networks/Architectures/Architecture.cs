namespace AutoencoderApi.Domain.Networks;

/// <summary>How the encoder shrinks an image and the decoder undoes it.</summary>
public enum Architecture
{
    /// <summary>Convolutions of stride 2, undone by transposed convolutions of stride 2.</summary>
    Strided,

    /// <summary>Max pooling, undone by putting the value at its block's top-left pixel and zero at the other three.</summary>
    ZeroUnpool,

    /// <summary>Max pooling, undone by repeating the value over its block.</summary>
    NearestUnpool,

    /// <summary>Max pooling, undone by putting the value where the maximum was (Zeiler and Fergus, 2014).</summary>
    SwitchUnpool,

    /// <summary>Fully connected layers, the baseline.</summary>
    Dense,
}
