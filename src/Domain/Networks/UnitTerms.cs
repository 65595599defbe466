namespace AutoencoderApi.Domain.Networks;

/// <summary>One input of a unit: where it stands in the layer's input, its value, and what it counts.</summary>
public readonly record struct UnitTerm(int Channel, int Row, int Column, float Value, float Weight)
{
    public double Product => (double)Value * Weight;
}

/// <summary>How one unit's value comes about: the sum of its terms and its bias, before the activation.</summary>
public sealed record UnitTerms(IReadOnlyList<UnitTerm> Terms, float Bias, Activation Activation)
{
    public double PreActivation => Terms.Sum(term => term.Product) + Bias;

    /// <param name="layer">The unit's.</param>
    /// <param name="parameters">The layer's, as they follow each other in the flat vector.</param>
    /// <param name="input">What the layer reads, [C, H, W].</param>
    /// <param name="switches">
    /// Of the pooling that a switch unpooling undoes: for each of its outputs the place of the maximum, 0..3; null for other layers.
    /// </param>
    /// <param name="unit">Channel, row and column in the layer's output.</param>
    public static UnitTerms Of(
        Layer layer, ReadOnlySpan<float> parameters, float[] input, byte[]? switches, (int Channel, int Row, int Column) unit)
    {
        float[] weights = layer.Parameters is [Parameter weight, ..] ? parameters[..weight.Count].ToArray() : [];
        ReadOnlySpan<float> biases = parameters[weights.Length..];
        switch (layer)
        {
            case Layer.Convolution s:
                return new([.. Window(s, weights, input, unit)], biases[unit.Channel], s.Activation);
            case Layer.TransposedConvolution s:
                return new([.. Reaching(s, weights, input, unit)], s.HasBias ? biases[unit.Channel] : 0, s.Activation);
            case Layer.Linear s:
                int number = Place(s.Output, unit.Channel, unit.Row, unit.Column);
                return new([.. All(s, weights, input, number)], s.HasBias ? biases[number] : 0, s.Activation);
            case Layer.MaxPool s:
                return new([.. Pooled(s, input, unit)], Bias: 0, Activation.Linear);
            default:
                return new([Unpooled(layer, input, switches, unit)], Bias: 0, Activation.Linear);
        }
    }

    /// <summary>The first largest value of a 2×2 block counts.</summary>
    /// <returns>For each output of the pooling the place of the maximum in its block, in reading order, 0..3.</returns>
    public static byte[] Switches(Layer.MaxPool pool, float[] input)
    {
        byte[] places = new byte[pool.Output.Count];
        for (int i = 0; i < places.Length; i++)
        {
            (int rest, int column) = Math.DivRem(i, pool.Output.Width);
            (int channel, int row) = Math.DivRem(rest, pool.Output.Height);
            places[i] = (byte)Source(pool, input, (channel, row, column));
        }

        return places;
    }

    /// <summary>The taps of the unit's window that lie within the input.</summary>
    private static IEnumerable<UnitTerm> Window(
        Layer.Convolution layer, float[] weights, float[] input, (int Channel, int Row, int Column) unit)
    {
        (TensorShape x, int k) = (layer.Input, layer.Kernel);
        int top = (unit.Row * layer.Stride) - SamePadding.For(x.Height, k, layer.Stride).Before;
        int left = (unit.Column * layer.Stride) - SamePadding.For(x.Width, k, layer.Stride).Before;
        return
            from channel in Enumerable.Range(0, x.Channels)
            from tap in Enumerable.Range(0, k * k)
            let row = top + (tap / k)
            let column = left + (tap % k)
            where row >= 0 && row < x.Height && column >= 0 && column < x.Width
            let weight = weights[(((unit.Channel * x.Channels) + channel) * k * k) + tap]
            select new UnitTerm(channel, row, column, input[Place(x, channel, row, column)], weight);
    }

    /// <summary>The inputs whose windows in the output cover the unit, each with the tap that does.</summary>
    private static IEnumerable<UnitTerm> Reaching(
        Layer.TransposedConvolution layer, float[] weights, float[] input, (int Channel, int Row, int Column) unit)
    {
        (TensorShape x, TensorShape y, int k) = (layer.Input, layer.Output, layer.Kernel);
        int down = unit.Row + SamePadding.For(y.Height, k, layer.Stride).Before;
        int across = unit.Column + SamePadding.For(y.Width, k, layer.Stride).Before;
        return
            from channel in Enumerable.Range(0, x.Channels)
            from row in Enumerable.Range(0, x.Height)
            let u = down - (row * layer.Stride)
            where u >= 0 && u < k
            from column in Enumerable.Range(0, x.Width)
            let v = across - (column * layer.Stride)
            where v >= 0 && v < k
            let weight = weights[(((((channel * y.Channels) + unit.Channel) * k) + u) * k) + v]
            select new UnitTerm(channel, row, column, input[Place(x, channel, row, column)], weight);
    }

    private static IEnumerable<UnitTerm> All(Layer.Linear layer, float[] weights, float[] input, int number)
    {
        TensorShape x = layer.Input;
        return
            from channel in Enumerable.Range(0, x.Channels)
            from row in Enumerable.Range(0, x.Height)
            from column in Enumerable.Range(0, x.Width)
            let place = Place(x, channel, row, column)
            select new UnitTerm(channel, row, column, input[place], weights[(number * x.Count) + place]);
    }

    private static IEnumerable<UnitTerm> Pooled(Layer.MaxPool layer, float[] input, (int Channel, int Row, int Column) unit)
    {
        int source = Source(layer, input, unit);
        return Enumerable.Range(0, 4).Select(place =>
        {
            (int row, int column) = InBlock(unit, place);
            return new UnitTerm(unit.Channel, row, column, input[Place(layer.Input, unit.Channel, row, column)], place == source ? 1 : 0);
        });
    }

    private static UnitTerm Unpooled(Layer layer, float[] input, byte[]? switches, (int Channel, int Row, int Column) unit)
    {
        (int row, int column) = (unit.Row / 2, unit.Column / 2);
        int from = Place(layer.Input, unit.Channel, row, column), place = (2 * (unit.Row % 2)) + (unit.Column % 2);
        bool isSource = layer switch
        {
            Layer.NearestUnpool => true,
            Layer.SwitchUnpool => switches![from] == place,
            _ => place == 0,
        };
        return new UnitTerm(unit.Channel, row, column, input[from], isSource ? 1 : 0);
    }

    private static int Source(Layer.MaxPool layer, float[] input, (int Channel, int Row, int Column) unit)
    {
        int best = 0;
        for (int place = 1; place < 4; place++)
        {
            best = ValueAt(place) > ValueAt(best) ? place : best;
        }

        return best;

        float ValueAt(int place)
        {
            (int row, int column) = InBlock(unit, place);
            return input[Place(layer.Input, unit.Channel, row, column)];
        }
    }

    private static (int Row, int Column) InBlock((int Channel, int Row, int Column) unit, int place) =>
        ((2 * unit.Row) + (place / 2), (2 * unit.Column) + (place % 2));

    private static int Place(TensorShape shape, int channel, int row, int column) =>
        (((channel * shape.Height) + row) * shape.Width) + column;
}
