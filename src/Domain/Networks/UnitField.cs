namespace AutoencoderApi.Domain.Networks;

/// <summary>A rectangle of pixels, or of a layer's units of every channel.</summary>
public readonly record struct UnitField(int Top, int Left, int Height, int Width)
{
    /// <summary>
    /// The pixels of the image that the unit can depend on. No pixel outside changes it by a bit: its receptive field (Luo et al., 2016).
    /// </summary>
    /// <param name="layer">The number of the unit's layer.</param>
    public static UnitField Receptive(NetworkDefinition definition, int layer, int row, int column)
    {
        (Interval rows, Interval columns) = (new(row, row), new(column, column));
        for (int i = layer; i >= 0; i--)
        {
            Layer each = definition.Layers[i];
            rows = Read(each, rows, shape => shape.Height);
            columns = Read(each, columns, shape => shape.Width);
        }

        return Of(rows, columns);
    }

    /// <summary>The pixels of the reconstruction that depend on the unit: its projective field.</summary>
    /// <param name="layer">The number of the unit's layer.</param>
    public static UnitField Projective(NetworkDefinition definition, int layer, int row, int column)
    {
        (Interval rows, Interval columns) = (new(row, row), new(column, column));
        for (int i = layer + 1; i < definition.Layers.Count; i++)
        {
            Layer each = definition.Layers[i];
            rows = Reached(each, rows, shape => shape.Height);
            columns = Reached(each, columns, shape => shape.Width);
        }

        return Of(rows, columns);
    }

    /// <summary>Along one axis, the inputs that the outputs are made of.</summary>
    private static Interval Read(Layer layer, Interval outputs, Func<TensorShape, int> size)
    {
        int inputs = size(layer.Input);
        Interval read = layer switch
        {
            Layer.Convolution s => Taps(s.Kernel, s.Stride, inputs, outputs),
            Layer.TransposedConvolution s => Windows(s.Kernel, s.Stride, size(s.Output), outputs),
            Layer.MaxPool => new(2 * outputs.First, (2 * outputs.Last) + 1),
            Layer.ZeroUnpool or Layer.NearestUnpool or Layer.SwitchUnpool => new(outputs.First / 2, outputs.Last / 2),
            _ => new(0, inputs - 1), // a linear layer
        };
        return read.Within(inputs);
    }

    /// <summary>Along one axis, the outputs that are made of the inputs.</summary>
    private static Interval Reached(Layer layer, Interval inputs, Func<TensorShape, int> size)
    {
        int outputs = size(layer.Output);
        Interval reached = layer switch
        {
            Layer.Convolution s => Windows(s.Kernel, s.Stride, size(s.Input), inputs),
            Layer.TransposedConvolution s => Taps(s.Kernel, s.Stride, outputs, inputs),
            Layer.MaxPool => new(inputs.First / 2, inputs.Last / 2),
            Layer.ZeroUnpool => new(2 * inputs.First, 2 * inputs.Last),
            Layer.NearestUnpool or Layer.SwitchUnpool => new(2 * inputs.First, (2 * inputs.Last) + 1),
            _ => new(0, outputs - 1), // a linear layer
        };
        return reached.Within(outputs);
    }

    /// <summary>On the larger side of a convolution, what its windows at those places of the smaller side cover.</summary>
    private static Interval Taps(int kernel, int stride, int larger, Interval windows)
    {
        int before = SamePadding.For(larger, kernel, stride).Before;
        return new((windows.First * stride) - before, (windows.Last * stride) - before + kernel - 1);
    }

    /// <summary>On the smaller side of a convolution, the windows that cover any of those places of the larger side.</summary>
    private static Interval Windows(int kernel, int stride, int larger, Interval places)
    {
        int before = SamePadding.For(larger, kernel, stride).Before, first = places.First + before - kernel + 1;
        return new(first <= 0 ? 0 : (first + stride - 1) / stride, (places.Last + before) / stride);
    }

    private static UnitField Of(Interval rows, Interval columns) =>
        new(rows.First, columns.First, Math.Max(0, rows.Last - rows.First + 1), Math.Max(0, columns.Last - columns.First + 1));

    private readonly record struct Interval(int First, int Last)
    {
        public Interval Within(int count) => new(Math.Max(0, First), Math.Min(count - 1, Last));
    }
}
