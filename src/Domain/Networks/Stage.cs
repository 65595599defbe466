namespace AutoencoderApi.Domain.Networks;

/// <summary>Channels, height and width of one picture's activation.</summary>
public readonly record struct FeatureShape(int Channels, int Height, int Width)
{
    public int Count => Channels * Height * Width;

    /// <param name="sizes">Channels, height, width.</param>
    public static FeatureShape Of(int[] sizes) => new(sizes[0], sizes[1], sizes[2]);

    public int[] ToArray() => [Channels, Height, Width];

    public override string ToString() => $"[{Channels}, {Height}, {Width}]";
}

/// <summary>A weight or bias tensor: its name in checkpoints, such as <c>conv1.weight</c>, and its shape.</summary>
public sealed record Parameter(string Name, int[] Shape)
{
    public int Count => Shape.Aggregate(1, (product, size) => product * size);
}

/// <summary>
/// One named step of a network. The name is both a file format (the prefix of its parameters) and an API (the layer one
/// may look into), and stands only in <see cref="NetworkPlan"/>.
/// </summary>
public abstract record Stage(string Name, FeatureShape Input, FeatureShape Output)
{
    public virtual IReadOnlyList<Parameter> Parameters => [];

    /// <summary>A convolution with "SAME" padding. Weights [out, in, kernel, kernel], bias [out].</summary>
    public sealed record Convolution(string Name, FeatureShape Input, FeatureShape Output, int Kernel, int Stride, Activation Activation)
        : Stage(Name, Input, Output)
    {
        public override IReadOnlyList<Parameter> Parameters { get; } =
        [
            new($"{Name}.weight", [Output.Channels, Input.Channels, Kernel, Kernel]),
            new($"{Name}.bias", [Output.Channels]),
        ];
    }

    /// <summary>The gradient of a "SAME" convolution from <c>Output</c> to <c>Input</c>. Weights [in, out, kernel, kernel], bias [out].</summary>
    public sealed record TransposedConvolution(
        string Name, FeatureShape Input, FeatureShape Output, int Kernel, int Stride, Activation Activation, bool HasBias)
        : Stage(Name, Input, Output)
    {
        public override IReadOnlyList<Parameter> Parameters { get; } = WithBias(
            HasBias, new($"{Name}.weight", [Input.Channels, Output.Channels, Kernel, Kernel]), new($"{Name}.bias", [Output.Channels]));
    }

    /// <summary>Max pooling 2×2, stride 2.</summary>
    public sealed record MaxPool(string Name, FeatureShape Input, FeatureShape Output) : Stage(Name, Input, Output);

    /// <summary>Doubles height and width by zeros around each value, which goes to the top-left of its 2×2 block.</summary>
    public sealed record ZeroUnpool(string Name, FeatureShape Input, FeatureShape Output) : Stage(Name, Input, Output);

    /// <summary>Doubles height and width by repeating each value over its 2×2 block.</summary>
    public sealed record NearestUnpool(string Name, FeatureShape Input, FeatureShape Output) : Stage(Name, Input, Output);

    /// <summary>Doubles height and width by putting each value where the maximum was in the pooling called <c>Pool</c>.</summary>
    public sealed record SwitchUnpool(string Name, FeatureShape Input, FeatureShape Output, string Pool) : Stage(Name, Input, Output);

    /// <summary>A fully connected layer. Weights [out, in], bias [out]; vectors stand as [size, 1, 1].</summary>
    public sealed record Linear(string Name, FeatureShape Input, FeatureShape Output, Activation Activation, bool HasBias)
        : Stage(Name, Input, Output)
    {
        public override IReadOnlyList<Parameter> Parameters { get; } = WithBias(
            HasBias, new($"{Name}.weight", [Output.Count, Input.Count]), new($"{Name}.bias", [Output.Count]));
    }

    private static IReadOnlyList<Parameter> WithBias(bool hasBias, Parameter weight, Parameter bias) => hasBias ? [weight, bias] : [weight];
}
