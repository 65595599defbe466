using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training.Engines;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Training.Tests;

public sealed class DecodeTests
{
    private static readonly float[] s_one = Digit(1), s_other = Digit(2);

    public static TheoryData<Architecture> All => [.. Enum.GetValues<Architecture>()];

    [Theory]
    [MemberData(nameof(All))]
    public void The_code_of_an_image_decodes_to_its_reconstruction_to_the_bit(Architecture architecture)
    {
        using var model = new Model(Trainer.CreateInitialState(Settings(architecture), threads: 1));
        float[] code = model.Encode(s_one);
        model.Decode(model.Encode(s_other), s_other); // what another call leaves behind must not show
        Assert.Equal(model.Reconstruct(s_one), model.Decode(code, s_one));
        Assert.NotEqual(model.Reconstruct(s_one), model.Decode(model.Encode(s_other), s_one));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_kernels_decode_as_libtorch_does_and_each_to_the_bits_of_its_own_reconstruction(Architecture architecture)
    {
        NetworkDefinition definition = NetworkDefinition.For(Settings(architecture));
        float[] weights = WeightInitializer.Initialize(definition, 1);
        using IInferenceModel kernels = Sessions.Load(EngineKind.Simd, definition, weights),
            plain = Sessions.Load(EngineKind.TorchSharp, definition, weights);
        float[] code = [.. Enumerable.Range(0, definition.CodeShape.Count).Select(i => MathF.Sin(i))];
        float[] expected = plain.Decode(definition, code, s_one), actual = kernels.Decode(definition, code, s_one);
        float scale = expected.Max(Math.Abs);
        Assert.True(scale > 0);
        Assert.All(actual.Zip(expected, (a, b) => Math.Abs(a - b)), difference => Assert.True(difference <= 1e-5f * scale));
        foreach (IInferenceModel each in (IInferenceModel[])[kernels, plain])
        {
            Assert.Equal(
                each.Run(definition, s_one, definition.Layers.Count - 1),
                each.Decode(definition, each.Run(definition, s_one, definition.CodeIndex), s_one));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_batch_gives_the_bits_that_each_of_its_images_gives_alone(Architecture architecture)
    {
        using var model = new Model(Trainer.CreateInitialState(Settings(architecture), threads: 1));
        NetworkDefinition definition = model.Definition;
        float[][] digits = [.. Enumerable.Range(1, 37).Select(seed => Digit((ulong)seed))];
        float[] codes = new float[digits.Length * definition.CodeShape.Count], images = new float[digits.Length * definition.Input.Count];
        model.RunBatch([.. digits.SelectMany(digit => digit)], definition.CodeIndex, codes);
        Assert.Equal(digits.SelectMany(digit => model.Encode(digit)), codes);
        if (definition.NeedsSwitches)
        {
            Assert.Throws<InvalidOperationException>(() => model.DecodeBatch(codes, images));
        }
        else
        {
            model.DecodeBatch(codes, images);
            Assert.Equal(digits.SelectMany(digit => model.Reconstruct(digit)), images);
        }
    }

    [Fact]
    public void The_same_code_with_the_switches_of_another_image_is_another_image()
    {
        using var model = new Model(Trainer.CreateInitialState(Settings(Architecture.SwitchUnpool), threads: 1));
        float[] code = model.Encode(s_one);
        Assert.NotEqual(model.Decode(code, s_one), model.Decode(code, s_other));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void A_way_between_two_images_begins_and_ends_at_their_reconstructions_and_goes_straight_on_between(Architecture architecture)
    {
        using var model = new Model(Trainer.CreateInitialState(Settings(architecture), threads: 1));
        float[][] way = model.Interpolate(s_one, s_other, 5);
        Assert.Equal(5, way.Length);
        Assert.Equal(model.Reconstruct(s_one), way[0]);
        Assert.Equal(model.Reconstruct(s_other), way[4]);
        float[] start = model.Encode(s_one), end = model.Encode(s_other);
        AssertFrame(1, 0.25f, s_one);
        AssertFrame(2, 0.5f, s_one);
        AssertFrame(3, 0.75f, s_other);

        void AssertFrame(int frame, float part, float[] nearer) =>
            Assert.Equal(model.Decode([.. start.Zip(end, (a, b) => (a * (1 - part)) + (b * part))], nearer), way[frame], (a, b) =>
                Math.Abs(a - b) < 1e-5);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Kernels_are_the_weights_of_their_own_layer(Architecture architecture)
    {
        Domain.Checkpoints.Checkpoint checkpoint = Trainer.CreateInitialState(Settings(architecture), threads: 1);
        using var model = new Model(checkpoint);
        int offset = 0;
        foreach (Layer layer in model.Definition.Layers)
        {
            KernelImages? kernels = model.Kernels(layer);
            Assert.Equal(layer.Parameters.Count > 0, kernels is not null);
            if (kernels is not null)
            {
                float[] own = checkpoint.Weights[offset..(offset + layer.Parameters[0].Count)];
                Assert.Equal(own.Order(), kernels.Values.Order());
            }

            offset += layer.Parameters.Sum(parameter => parameter.Count);
        }
    }

    private static TrainingSettings Settings(Architecture architecture) =>
        TrainingSettings.For(architecture, "synthetic-digits", Activation.Tanh, Activation.Sigmoid, Activation.Linear) with
        {
            Channels = [3, 17],
            DenseWidths = [20, 6],
            DecoderBias = true,
        };

    private static float[] Digit(ulong index)
    {
        byte[] digit = new byte[784];
        SyntheticDigits.Render(1, index, digit);
        return [.. digit.Select(value => value / 255f)];
    }
}
