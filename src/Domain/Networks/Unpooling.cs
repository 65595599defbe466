namespace AutoencoderApi.Domain.Networks;

/// <summary>How a max pooling is undone.</summary>
public enum Unpooling
{
    /// <summary>Each value goes to the top-left of its 2×2 block of zeros.</summary>
    Zero,

    /// <summary>Each value is repeated over its 2×2 block.</summary>
    Nearest,

    /// <summary>Each value goes where the maximum was (Zeiler and Fergus, 2014).</summary>
    Switch,
}
