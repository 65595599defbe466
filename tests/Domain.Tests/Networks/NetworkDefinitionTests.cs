using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Tests.Networks;

public sealed class NetworkDefinitionTests
{
    [Theory]
    [InlineData(Architecture.Strided, "conv1 16×14×14, code 32×7×7, deconv1 16×14×14, output 1×28×28")]
    [InlineData(
        Architecture.ZeroUnpool,
        "conv1 16×28×28, pool1 16×14×14, conv2 32×14×14, code 32×7×7, deconv1 16×7×7, unpool1 16×14×14, deconv2 1×14×14, output 1×28×28"
    )]
    [InlineData(
        Architecture.NearestUnpool,
        "conv1 16×28×28, pool1 16×14×14, conv2 32×14×14, code 32×7×7, deconv1 16×7×7, unpool1 16×14×14, deconv2 1×14×14, output 1×28×28"
    )]
    [InlineData(
        Architecture.SwitchUnpool,
        "conv1 16×28×28, pool1 16×14×14, conv2 32×14×14, code 32×7×7, unpool1 32×14×14, deconv1 16×14×14, unpool2 16×28×28, output 1×28×28"
    )]
    [InlineData(Architecture.Dense, "hidden1 300×1×1, code 64×1×1, hidden2 300×1×1, output 1×28×28")]
    public void Layers_have_the_names_and_shapes_of_the_contract(Architecture architecture, string expected)
    {
        NetworkDefinition definition = Plan(architecture);

        Assert.Equal(expected, string.Join(", ", definition.Layers.Select(layer => $"{layer.Name} {Text(layer.Output)}")));
        Assert.Equal("1×28×28", Text(definition.Input));
    }

    [Theory]
    [InlineData(Architecture.Strided, 26_448, 26_465)]
    [InlineData(Architecture.ZeroUnpool, 26_448, 26_465)]
    [InlineData(Architecture.NearestUnpool, 26_448, 26_465)]
    [InlineData(Architecture.SwitchUnpool, 26_448, 26_465)]
    [InlineData(Architecture.Dense, 509_164, 510_248)]
    public void Parameters_are_as_many_as_the_layers_need_with_a_bias_in_the_decoder_only_on_request(
        Architecture architecture,
        int without,
        int with)
    {
        TrainingSettings settings = TrainingSettings.For(architecture, "mnist");

        Assert.Equal(without, NetworkDefinition.For(settings).ParameterCount);
        Assert.Equal(with, NetworkDefinition.For(settings with { DecoderBias = true }).ParameterCount);
    }

    [Theory]
    [InlineData(
        Architecture.Strided,
        "conv1.weight 16×1×5×5, conv1.bias 16, code.weight 32×16×5×5, code.bias 32, deconv1.weight 32×16×5×5, output.weight 16×1×5×5"
    )]
    [InlineData(
        Architecture.NearestUnpool,
        "conv1.weight 16×1×5×5, conv1.bias 16, conv2.weight 32×16×5×5, conv2.bias 32, deconv1.weight 32×16×5×5, deconv2.weight 16×1×5×5"
    )]
    [InlineData(
        Architecture.SwitchUnpool,
        "conv1.weight 16×1×5×5, conv1.bias 16, conv2.weight 32×16×5×5, conv2.bias 32, deconv1.weight 32×16×5×5, output.weight 16×1×5×5"
    )]
    [InlineData(
        Architecture.Dense,
        "hidden1.weight 300×784, hidden1.bias 300, code.weight 64×300, code.bias 64, hidden2.weight 300×64, output.weight 784×300"
    )]
    public void Parameters_have_the_names_and_shapes_of_the_checkpoint_format(Architecture architecture, string expected) =>
        Assert.Equal(
            expected,
            string.Join(", ", Plan(architecture).Parameters.Select(parameter => $"{parameter.Name} {string.Join('×', parameter.Shape)}")));

    [Theory]
    [InlineData(Architecture.Strided, "relu relu relu")]
    [InlineData(Architecture.ZeroUnpool, "relu sigmoid sigmoid")]
    [InlineData(Architecture.NearestUnpool, "relu sigmoid sigmoid")]
    [InlineData(Architecture.SwitchUnpool, "relu relu sigmoid")]
    [InlineData(Architecture.Dense, "sigmoid sigmoid sigmoid")]
    public void Activations_are_by_default_those_of_the_article(Architecture architecture, string expected)
    {
        TrainingSettings settings = TrainingSettings.For(architecture, "mnist");

        Activation[] activations = [settings.EncoderActivation, settings.DecoderActivation, settings.OutputActivation];
        Assert.Equal(expected, string.Join(' ', activations.Select(JsonConventions.Name)));
    }

    [Fact]
    public void Every_layer_takes_what_the_one_before_gives_and_has_a_name_of_its_own()
    {
        foreach (NetworkDefinition definition in Enum.GetValues<Architecture>().Select(Plan))
        {
            Assert.All(definition.Layers.Zip(definition.Layers.Skip(1)), pair => Assert.Equal(pair.First.Output, pair.Second.Input));
            Assert.Equal(definition.Layers.Count, definition.Layers.Select(layer => layer.Name).Distinct().Count());
            Assert.All(definition.Layers, layer => Assert.Same(layer, definition.Find(layer.Name)));
            Assert.Null(definition.Find("conv9"));
        }
    }

    [Fact]
    public void Channels_widths_and_kernel_size_shape_the_network()
    {
        NetworkDefinition strided = NetworkDefinition.For(
            TrainingSettings.For(Architecture.Strided, "mnist") with
            {
                Channels = [3, 5],
                KernelSize = 7,
            });
        NetworkDefinition dense = NetworkDefinition.For(TrainingSettings.For(Architecture.Dense, "mnist") with { DenseWidths = [20, 4] });

        Assert.Equal("5×7×7", Text(strided.Find("code")!.Output));
        Assert.Equal([5, 3, 7, 7], strided.Parameters.Single(parameter => parameter.Name == "deconv1.weight").Shape);
        Assert.Equal("4×1×1", Text(dense.Find("code")!.Output));
    }

    [Theory]
    [InlineData(Architecture.Strided, "conv1 16×12×20, code 32×6×10, deconv1 16×12×20, output 3×24×40")]
    [InlineData(
        Architecture.NearestUnpool,
        "conv1 16×24×40, pool1 16×12×20, conv2 32×12×20, code 32×6×10, deconv1 16×6×10, unpool1 16×12×20, deconv2 3×12×20, output 3×24×40"
    )]
    [InlineData(
        Architecture.SwitchUnpool,
        "conv1 16×24×40, pool1 16×12×20, conv2 32×12×20, code 32×6×10, unpool1 32×12×20, deconv1 16×12×20, unpool2 16×24×40, output 3×24×40"
    )]
    [InlineData(Architecture.Dense, "hidden1 300×1×1, code 64×1×1, hidden2 300×1×1, output 3×24×40")]
    public void Layers_follow_the_images_shape(Architecture architecture, string expected)
    {
        NetworkDefinition definition = NetworkDefinition.For(TrainingSettings.For(architecture, "any") with { ImageShape = [3, 24, 40] });
        Assert.Equal("3×24×40", Text(definition.Input));
        Assert.Equal(expected, string.Join(", ", definition.Layers.Select(layer => $"{layer.Name} {Text(layer.Output)}")));
    }

    [Fact]
    public void Kernels_fit_images_of_other_sizes_but_not_of_other_channels_and_dense_layers_neither()
    {
        TrainingSettings strided = TrainingSettings.For(Architecture.Strided, "any"),
            dense = TrainingSettings.For(Architecture.Dense, "any");
        Assert.True(Fit(strided, [1, 28, 28], [1, 32, 20]));
        Assert.False(Fit(strided, [1, 28, 28], [3, 28, 28]));
        Assert.False(Fit(dense, [1, 8, 32], [1, 16, 16]));

        static bool Fit(TrainingSettings settings, int[] one, int[] other) =>
            NetworkDefinition.For(settings with { ImageShape = one })
                .HasShapeOf(NetworkDefinition.For(settings with { ImageShape = other }));
    }

    [Fact]
    public void Weights_fit_only_a_network_of_the_same_layers_and_shapes()
    {
        TrainingSettings settings = TrainingSettings.For(Architecture.ZeroUnpool, "mnist");
        NetworkDefinition definition = NetworkDefinition.For(settings);

        TrainingSettings other = settings with { Steps = 1, Seed = 9, DecoderActivation = Activation.Tanh };
        Assert.True(definition.HasShapeOf(NetworkDefinition.For(other)));
        Assert.False(definition.HasShapeOf(NetworkDefinition.For(settings with { KernelSize = 3 })));
        Assert.False(definition.HasShapeOf(NetworkDefinition.For(settings with { Channels = [16, 31] })));
        Assert.False(definition.HasShapeOf(NetworkDefinition.For(settings with { DecoderBias = true })));
        Assert.False(definition.HasShapeOf(Plan(Architecture.NearestUnpool)));
    }

    [Theory]
    [InlineData(28, 5, 2, 1, 2)]
    [InlineData(14, 5, 2, 1, 2)]
    [InlineData(28, 5, 1, 2, 2)]
    [InlineData(28, 3, 2, 0, 1)]
    [InlineData(28, 1, 2, 0, 0)]
    [InlineData(7, 5, 2, 2, 2)]
    public void Padding_is_that_of_TensorFlow_with_the_smaller_half_first(int size, int kernel, int stride, int before, int after) =>
        Assert.Equal(new SamePadding(before, after), SamePadding.For(size, kernel, stride));

    private static NetworkDefinition Plan(Architecture architecture) => NetworkDefinition.For(TrainingSettings.For(architecture, "mnist"));

    private static string Text(TensorShape shape) => string.Join('×', shape.ToArray());
}
