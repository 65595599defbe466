using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Tests;
using AutoencoderApi.Training.Engines;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Training.Tests;

/// <summary>How single units come about, and what they depend on.</summary>
public sealed class UnitTermsTests
{
    private const int UnitsOfLayer = 12;

    public static TheoryData<Architecture, int, int?, EngineKind> Networks
    {
        get
        {
            var data = new TheoryData<Architecture, int, int?, EngineKind>();
            foreach (EngineKind engine in (EngineKind[])[EngineKind.Simd, EngineKind.TorchSharp])
            {
                foreach (Architecture architecture in Enum.GetValues<Architecture>())
                {
                    data.Add(architecture, 5, null, engine);
                }

                data.Add(Architecture.Strided, 3, 9, engine);
                data.Add(Architecture.NearestUnpool, 1, 4, engine);
                data.Add(Architecture.SwitchUnpool, 1, null, engine);
                data.Add(Architecture.Strided, 1, null, engine); // of a kernel smaller than its stride some units have no input
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void The_sum_of_a_units_terms_is_its_value_before_the_activation(
        Architecture architecture, int kernel, int? codeWidth, EngineKind engine)
    {
        using Model model = ModelOf(architecture, kernel, codeWidth, engine);
        float[] image = Noise(model.Definition.Input.Count, seed: 2);
        Activations activations = model.Activate(image).Value();
        foreach ((int layer, (int Channel, int Row, int Column) unit) in Units(model.Definition))
        {
            UnitTerms terms = model.Explain(activations, layer, unit);
            float value = activations.Outputs[layer][Place(model.Definition.Layers[layer].Output, unit)];
            float[] scale = [.. activations.Outputs[layer].Select(Math.Abs)];
            Assert.Equal(value, Apply(terms.Activation, terms.PreActivation), 1e-5 * Math.Max(1, scale.Max()));
            TensorShape input = model.Definition.Layers[layer].Input;
            Assert.All(terms.Terms, term => Assert.Equal(
                activations.InputOf(layer)[Place(input, (term.Channel, term.Row, term.Column))],
                term.Value));
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void A_pixel_outside_the_receptive_field_changes_no_bit_of_a_unit(
        Architecture architecture, int kernel, int? codeWidth, EngineKind engine)
    {
        using Model model = ModelOf(architecture, kernel, codeWidth, engine);
        NetworkDefinition definition = model.Definition;
        float[] image = Noise(definition.Input.Count, seed: 2);
        Activations before = model.Activate(image).Value();
        foreach ((int layer, (int Channel, int Row, int Column) unit) in Units(definition).Where((_, i) => i % 3 == 0))
        {
            UnitField field = UnitField.Receptive(definition, layer, unit.Row, unit.Column);
            float[] changed = Noise(image.Length, seed: 3);
            for (int i = 0; i < changed.Length; i++)
            {
                (int row, int column) = (i / definition.Input.Width % definition.Input.Height, i % definition.Input.Width);
                changed[i] = Holds(field, row, column) ? image[i] : changed[i];
            }

            int place = Place(definition.Layers[layer].Output, unit);
            Assert.Equal(before.Outputs[layer][place], model.Activate(changed).Value().Outputs[layer][place]);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Each_pixel_inside_the_receptive_field_changes_a_unit_of_the_first_layers_that_is_not_zero(
        Architecture architecture, int kernel, int? codeWidth, EngineKind engine)
    {
        using Model model = ModelOf(architecture, kernel, codeWidth, engine);
        NetworkDefinition definition = model.Definition;
        float[] image = Noise(definition.Input.Count, seed: 2);
        Activations before = model.Activate(image).Value();
        int tried = 0;
        foreach ((int layer, (int Channel, int Row, int Column) unit) in Units(definition).Where(each => IsFirst(each.Layer)))
        {
            float value = before.Outputs[layer][Place(definition.Layers[layer].Output, unit)];
            if (value <= 0)
            {
                continue;
            }

            // of a pooling, the unit depends on the maximum of its block alone
            UnitField field = definition.Layers[layer] is Layer.MaxPool
                ? UnitField.Receptive(definition, 0, Maximum(layer, unit).Row, Maximum(layer, unit).Column)
                : UnitField.Receptive(definition, layer, unit.Row, unit.Column);
            foreach (int pixel in Inside(field, definition.Input))
            {
                Assert.NotEqual(value, WithChanged(model, image, pixel)[layer][Place(definition.Layers[layer].Output, unit)]);
                tried++;
            }
        }

        Assert.True(tried > 0);

        bool IsFirst(int layer) => layer == 0 || (layer == 1 && definition.Layers[1] is Layer.MaxPool);
        UnitTerm Maximum(int layer, (int, int, int) unit) =>
            model.Explain(before, layer, unit).Terms.Single(term => term.Weight == 1);
    }

    [Theory]
    [InlineData(Architecture.Strided, 5, null, EngineKind.Simd)]
    [InlineData(Architecture.Strided, 3, null, EngineKind.Simd)]
    [InlineData(Architecture.Strided, 5, 9, EngineKind.Simd)]
    [InlineData(Architecture.Strided, 5, null, EngineKind.TorchSharp)]
    [InlineData(Architecture.Dense, 5, null, EngineKind.Simd)]
    public void Each_pixel_inside_the_receptive_field_changes_every_unit_of_a_network_without_zeros(
        Architecture architecture, int kernel, int? codeWidth, EngineKind engine)
    {
        using Model model = ModelOf(architecture, kernel, codeWidth, engine, Activation.Linear);
        NetworkDefinition definition = model.Definition;
        float[] image = Noise(definition.Input.Count, seed: 2);
        Activations before = model.Activate(image).Value();
        var random = new Random(1);
        foreach ((int layer, (int Channel, int Row, int Column) unit) in Units(definition))
        {
            int place = Place(definition.Layers[layer].Output, unit);
            int[] inside = [.. Inside(UnitField.Receptive(definition, layer, unit.Row, unit.Column), definition.Input)];
            random.Shuffle(inside);
            Assert.All(inside.Take(30), pixel => Assert.NotEqual(
                before.Outputs[layer][place], WithChanged(model, image, pixel)[layer][place]));
        }
    }

    [Fact]
    public void The_fields_of_the_articles_strided_network_are_what_its_padding_makes_them()
    {
        NetworkDefinition definition = NetworkDefinition.For(TrainingSettings.For(Architecture.Strided, "any"));
        Assert.Equal(new UnitField(0, 0, 4, 4), UnitField.Receptive(definition, 0, 0, 0)); // one row of padding comes before
        Assert.Equal(new UnitField(1, 3, 5, 5), UnitField.Receptive(definition, 0, 1, 2));
        Assert.Equal(new UnitField(5, 5, 13, 13), UnitField.Receptive(definition, 1, 2, 2));
        Assert.Equal(new UnitField(5, 5, 13, 13), UnitField.Projective(definition, 1, 2, 2));
        Assert.Equal(new UnitField(7, 9, 1, 1), UnitField.Projective(definition, 3, 7, 9));
    }

    [Fact]
    public void A_pixel_changes_the_reconstruction_within_the_projective_field_of_what_it_reaches()
    {
        using Model model = ModelOf(Architecture.Strided, 5, codeWidth: null, EngineKind.Simd);
        NetworkDefinition definition = model.Definition;
        float[] image = Noise(definition.Input.Count, seed: 2), code = model.Encode(image), changed = [.. code];
        (int Channel, int Row, int Column) unit = (1, 3, 2);
        changed[Place(definition.CodeShape, unit)] += 1;
        UnitField field = UnitField.Projective(definition, definition.CodeIndex, unit.Row, unit.Column);
        (float[] plain, float[] other) = (model.Decode(code, image), model.Decode(changed, image));
        for (int i = 0; i < plain.Length; i++)
        {
            if (!Holds(field, i / definition.Input.Width, i % definition.Input.Width))
            {
                Assert.Equal(plain[i], other[i]);
            }
        }

        Assert.NotEqual(plain, other);
    }

    [Theory]
    [InlineData(EngineKind.Simd)]
    [InlineData(EngineKind.TorchSharp)]
    public void Another_unpooling_has_the_same_weights_and_the_networks_own_gives_its_own_values(EngineKind engine)
    {
        using Model model = ModelOf(Architecture.SwitchUnpool, 5, codeWidth: null, engine);
        float[] image = Noise(model.Definition.Input.Count, seed: 2);
        Activations own = model.Activate(image).Value();
        Assert.Equal(own.Outputs[^1], model.Activate(image, Unpooling.Switch).Value().Outputs[^1]);
        Assert.Equal(own.Outputs[^1], model.Reconstruct(image));
        Activations zero = model.Activate(image, Unpooling.Zero).Value();
        Assert.Equal(own.Outputs[model.Definition.CodeIndex], zero.Outputs[model.Definition.CodeIndex]);
        Assert.NotEqual(own.Outputs[^1], zero.Outputs[^1]);
        Assert.NotEqual(zero.Outputs[^1], model.Activate(image, Unpooling.Nearest).Value().Outputs[^1]);
    }

    [Theory]
    [InlineData(Architecture.Strided, null, "does not unpool")]
    [InlineData(Architecture.Dense, null, "does not unpool")]
    [InlineData(Architecture.ZeroUnpool, 4, "a vector")]
    [InlineData(Architecture.NearestUnpool, null, "was not built for them")]
    public void A_network_that_has_no_other_unpooling_says_why(Architecture architecture, int? codeWidth, string reason)
    {
        using Model model = ModelOf(architecture, 5, codeWidth, EngineKind.Simd);
        string fault = model.Activate(new float[model.Definition.Input.Count], Unpooling.Switch).Fault();
        Assert.Contains(reason, fault, StringComparison.Ordinal);
    }

    private static Model ModelOf(
        Architecture architecture, int kernel, int? codeWidth, EngineKind engine, Activation? activation = null)
    {
        TrainingSettings settings = TrainingSettings.For(architecture, "any", codeWidth: codeWidth) with
        {
            ImageShape = [1, 28, 28],
            KernelSize = kernel,
            Channels = [3, 5],
            DenseWidths = [20, 6],
        };
        settings = activation is { } each
            ? settings with { EncoderActivation = each, DecoderActivation = each, OutputActivation = each }
            : settings;
        Checkpoint checkpoint = Trainer.CreateInitialState(settings, threads: 1);
        return new Model(checkpoint, engine);
    }

    /// <summary>The pixels of a field.</summary>
    private static IEnumerable<int> Inside(UnitField field, TensorShape image) =>
        from row in Enumerable.Range(field.Top, field.Height)
        from column in Enumerable.Range(field.Left, field.Width)
        select (row * image.Width) + column;

    /// <summary>Every layer's outputs for the image with one pixel that is half as dark or half as bright again.</summary>
    private static IReadOnlyList<float[]> WithChanged(Model model, float[] image, int pixel)
    {
        float[] changed = [.. image];
        changed[pixel] += image[pixel] > 0.5f ? -0.5f : 0.5f;
        return model.Activate(changed).Value().Outputs;
    }

    private static IEnumerable<(int Layer, (int Channel, int Row, int Column) Unit)> Units(NetworkDefinition definition)
    {
        var random = new Random(1);
        for (int layer = 0; layer < definition.Layers.Count; layer++)
        {
            TensorShape shape = definition.Layers[layer].Output;
            for (int i = 0; i < UnitsOfLayer; i++)
            {
                yield return (layer, (random.Next(shape.Channels), random.Next(shape.Height), random.Next(shape.Width)));
            }
        }
    }

    private static float[] Noise(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())];
    }

    private static bool Holds(UnitField field, int row, int column) =>
        row >= field.Top && row < field.Top + field.Height && column >= field.Left && column < field.Left + field.Width;

    private static int Place(TensorShape shape, (int Channel, int Row, int Column) unit) =>
        (((unit.Channel * shape.Height) + unit.Row) * shape.Width) + unit.Column;

    private static double Apply(Activation activation, double x) => activation switch
    {
        Activation.Relu => Math.Max(0, x),
        Activation.Sigmoid => 1 / (1 + Math.Exp(-x)),
        Activation.Tanh => Math.Tanh(x),
        _ => x,
    };
}
