namespace AutoencoderApi.Domain.Networks;

/// <summary>The function applied to each value of a layer's output.</summary>
public enum Activation
{
    /// <summary>max(0, x).</summary>
    Relu,

    /// <summary>1 / (1 + exp(-x)).</summary>
    Sigmoid,

    /// <summary>The hyperbolic tangent.</summary>
    Tanh,

    /// <summary>x itself.</summary>
    Linear,
}
