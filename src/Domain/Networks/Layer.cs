namespace AutoencoderApi.Domain.Networks;

/// <summary>Channels, height and width of one image's activation.</summary>
public readonly record struct TensorShape(int Channels, int Height, int Width)
{
    public int Count => Channels * Height * Width;

    /// <param name="sizes">Channels, height, width.</param>
    public static TensorShape Of(int[] sizes) => new(sizes[0], sizes[1], sizes[2]);

    public int[] ToArray() => [Channels, Height, Width];

    /// <summary>Maps of the image's size divided by <paramref name="divisor"/>.</summary>
    public TensorShape Shrunk(int channels, int divisor) => new(channels, Height / divisor, Width / divisor);

    public override string ToString() => $"[{Channels}, {Height}, {Width}]";
}

/// <summary>A weight or bias tensor: its name in checkpoints, such as <c>conv1.weight</c>, and its shape.</summary>
public sealed record Parameter(string Name, int[] Shape)
{
    public int Count => Shape.Aggregate(1, (product, size) => product * size);
}

/// <summary>
/// One named step of a network. The name is both a file format (the prefix of its parameters) and an API (the layer one
/// may look into), and stands only in <see cref="NetworkDefinition"/>.
/// </summary>
public abstract record Layer(string Name, TensorShape Input, TensorShape Output)
{
    public virtual IReadOnlyList<Parameter> Parameters => [];

    /// <summary>A convolution with "SAME" padding. Weights [out, in, kernel, kernel], bias [out].</summary>
    public sealed record Convolution(string Name, TensorShape Input, TensorShape Output, int Kernel, int Stride, Activation Activation)
        : Layer(Name, Input, Output)
    {
        public override IReadOnlyList<Parameter> Parameters { get; } =
        [
            new($"{Name}.weight", [Output.Channels, Input.Channels, Kernel, Kernel]),
            new($"{Name}.bias", [Output.Channels]),
        ];
    }

    /// <summary>
    /// The gradient of a "SAME" convolution from <c>Output</c> to <c>Input</c>. Weights [in, out, kernel, kernel], bias
    /// [out].
    /// </summary>
    public sealed record TransposedConvolution(
        string Name, TensorShape Input, TensorShape Output, int Kernel, int Stride, Activation Activation, bool HasBias)
        : Layer(Name, Input, Output)
    {
        public override IReadOnlyList<Parameter> Parameters { get; } = WithBias(
            HasBias, new($"{Name}.weight", [Input.Channels, Output.Channels, Kernel, Kernel]), new($"{Name}.bias", [Output.Channels]));
    }

    /// <summary>Max pooling 2×2, stride 2.</summary>
    public sealed record MaxPool(string Name, TensorShape Input, TensorShape Output) : Layer(Name, Input, Output);

    /// <summary>Doubles height and width by zeros around each value, which goes to the top-left of its 2×2 block.</summary>
    public sealed record ZeroUnpool(string Name, TensorShape Input, TensorShape Output) : Layer(Name, Input, Output);

    /// <summary>Doubles height and width by repeating each value over its 2×2 block.</summary>
    public sealed record NearestUnpool(string Name, TensorShape Input, TensorShape Output) : Layer(Name, Input, Output);

    /// <summary>Doubles height and width by putting each value where the maximum was in the pooling called <c>Pool</c>.</summary>
    public sealed record SwitchUnpool(string Name, TensorShape Input, TensorShape Output, string Pool) : Layer(Name, Input, Output);

    /// <summary>A fully connected layer. Weights [out, in], bias [out]; vectors stand as [size, 1, 1].</summary>
    public sealed record Linear(string Name, TensorShape Input, TensorShape Output, Activation Activation, bool HasBias)
        : Layer(Name, Input, Output)
    {
        public override IReadOnlyList<Parameter> Parameters { get; } = WithBias(
            HasBias, new($"{Name}.weight", [Output.Count, Input.Count]), new($"{Name}.bias", [Output.Count]));
    }

    private static IReadOnlyList<Parameter> WithBias(bool hasBias, Parameter weight, Parameter bias) => hasBias ? [weight, bias] : [weight];
}
