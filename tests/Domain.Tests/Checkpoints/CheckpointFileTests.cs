using System.Runtime.InteropServices;
using System.Text.Json;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Tests;
using Architecture = AutoencoderApi.Domain.Networks.Architecture;

namespace AutoencoderApi.Domain.Tests.Checkpoints;

public sealed class CheckpointFileTests
{
    public static MatrixTheoryData<Architecture, bool> Kinds => new(Enum.GetValues<Architecture>(), [false, true]);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_checkpoint_comes_back_bit_for_bit_with_all_its_settings(Architecture architecture, bool withMoments)
    {
        Checkpoint checkpoint = SampleCheckpoint.Of(architecture, withMoments);

        byte[] file = CheckpointFile.Write(checkpoint);
        Checkpoint read = CheckpointFile.Read(file).Value();

        Assert.Equal(Bits(checkpoint.Weights), Bits(read.Weights));
        Assert.Equal(Bits(checkpoint.FirstMoment), Bits(read.FirstMoment));
        Assert.Equal(Bits(checkpoint.SecondMoment), Bits(read.SecondMoment));
        Assert.Equal(JsonSerializer.Serialize(checkpoint.Settings), JsonSerializer.Serialize(read.Settings));
        Assert.Equal(
            (checkpoint.Step, checkpoint.Losses, checkpoint.EvaluatedStep, checkpoint.LossSum, checkpoint.Environment),
            (read.Step, read.Losses, read.EvaluatedStep, read.LossSum, read.Environment));
        Assert.Equal(
            (checkpoint.Data!.Background, checkpoint.Data.Range[0], checkpoint.Data.Range[1]),
            (read.Data!.Background, read.Data.Range[0], read.Data.Range[1]));
        Assert.Equal(file, CheckpointFile.Write(read));

        static int[] Bits(float[]? values) => MemoryMarshal.Cast<float, int>(values).ToArray();
    }

    [Fact]
    public void Each_tensor_stands_under_its_layers_name_and_the_moments_under_PyTorchs_suffixes()
    {
        string[] names = [.. Parts(SampleCheckpoint.Of(Architecture.Strided)).Tensors.Select(tensor => tensor.Name)];

        string[] layers =
        [
            "conv1.weight",
            "conv1.bias",
            "code.weight",
            "code.bias",
            "deconv1.weight",
            "deconv1.bias",
            "output.weight",
            "output.bias",
        ];
        Assert.Equal([.. layers, .. layers.Select(name => name + ".exp_avg"), .. layers.Select(name => name + ".exp_avg_sq")], names);
    }

    [Theory]
    [InlineData("format", "autoencoder-api/2", "format is not")]
    [InlineData("format", null, "format is not")]
    [InlineData("settings", null, "__metadata__.settings")]
    [InlineData("settings", "{}", "__metadata__.settings")]
    [InlineData("settings", "not JSON", "__metadata__.settings")]
    [InlineData("progress", null, "__metadata__.progress")]
    [InlineData(
        "progress",
        """{"step":322,"losses":{"train":null,"validation":null,"test":null},"evaluatedStep":-1,"lossSum":0}""",
        "__metadata__.progress"
    )]
    [InlineData(
        "progress",
        """{"step":-1,"losses":{"train":null,"validation":null,"test":null},"evaluatedStep":-1,"lossSum":0}""",
        "__metadata__.progress"
    )]
    [InlineData("machine", null, "__metadata__.machine")]
    [InlineData("machine", "[]", "__metadata__.machine")]
    [InlineData("data", "{}", "__metadata__.data")]
    [InlineData("data", """{"background":"green","range":[0,1]}""", "__metadata__.data")]
    [InlineData("data", """{"background":"dark","range":[1,0]}""", "__metadata__.data")]
    [InlineData("data", """{"background":"dark","range":[0,2]}""", "__metadata__.data")]
    public void Metadata_that_is_missing_or_wrong_is_named(string field, string? value, string reason)
    {
        (Dictionary<string, string> metadata, List<NamedTensor> tensors) = Parts(SampleCheckpoint.Of(Architecture.Strided));
        metadata.Remove(field);
        if (value is not null)
        {
            metadata[field] = value;
        }

        AssertInvalid(reason, metadata, tensors);
    }

    [Fact]
    public void A_file_from_before_the_data_were_recorded_does_not_say_what_they_look_like()
    {
        (Dictionary<string, string> metadata, List<NamedTensor> tensors) = Parts(SampleCheckpoint.Of(Architecture.Strided));
        metadata.Remove("data");

        Assert.Null(CheckpointFile.Read(Safetensors.Write([.. metadata], tensors)).Value().Data);
    }

    [Fact]
    public void A_file_from_before_there_were_other_shapes_noise_and_initializations_has_their_defaults()
    {
        Checkpoint digits = SampleCheckpoint.Of(Architecture.Strided);
        digits = digits with { Settings = digits.Settings with { ImageShape = [1, 28, 28], Noise = null } };
        int count = NetworkDefinition.For(digits.Settings).ParameterCount;
        digits = digits with { Weights = new float[count], FirstMoment = null, SecondMoment = null };
        (Dictionary<string, string> metadata, List<NamedTensor> tensors) = Parts(digits);
        metadata["settings"] = Without("\"imageShape\":[1,28,28],", Without("\"noise\":null,", metadata["settings"]));
        metadata["settings"] = Without("\"initialization\":\"article\",", metadata["settings"]);

        Checkpoint read = CheckpointFile.Read(Safetensors.Write([.. metadata], tensors)).Value();

        Assert.Equal(JsonSerializer.Serialize(digits.Settings), JsonSerializer.Serialize(read.Settings));

        static string Without(string part, string text)
        {
            Assert.Contains(part, text, StringComparison.Ordinal);
            return text.Replace(part, "", StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Settings_out_of_bounds_are_refused()
    {
        (Dictionary<string, string> metadata, List<NamedTensor> tensors) = Parts(SampleCheckpoint.Of(Architecture.Strided));
        metadata["settings"] = metadata["settings"].Replace("\"kernelSize\":3", "\"kernelSize\":4", StringComparison.Ordinal);

        AssertInvalid("__metadata__.settings.kernelSize must be", metadata, tensors);
    }

    [Fact]
    public void Tensors_are_those_of_the_network()
    {
        (Dictionary<string, string> metadata, List<NamedTensor> tensors) = Parts(SampleCheckpoint.Of(Architecture.Strided));
        NamedTensor first = tensors[0]; // conv1.weight [3,3,3,3]

        AssertInvalid("", metadata, []);
        AssertInvalid("", metadata, tensors[..^1]); // a moment is not whole
        AssertInvalid("", metadata, tensors[..16]); // one moment of two
        AssertInvalid("'conv9.weight'", metadata, [first with { Name = "conv9.weight" }, .. tensors[1..]]);
        AssertInvalid("[9, 1, 3, 3]", metadata, [first with { Shape = [9, 1, 3, 3] }, .. tensors[1..]]);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Names_decide_and_not_the_order_of_the_tensors(Architecture architecture, bool withMoments)
    {
        Checkpoint checkpoint = SampleCheckpoint.Of(architecture, withMoments);
        (Dictionary<string, string> metadata, List<NamedTensor> tensors) = Parts(checkpoint);
        foreach (IEnumerable<NamedTensor> order in (IEnumerable<NamedTensor>[])
                [
                    tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal),
                    Enumerable.Reverse(tensors),
                    tensors.OrderBy(tensor => tensor.Data.Length),
                ])
        {
            Checkpoint read = CheckpointFile.Read(Safetensors.Write(metadata, [.. order])).Value();

            Assert.Equal(checkpoint.Weights, read.Weights);
            Assert.Equal(checkpoint.FirstMoment, read.FirstMoment);
            Assert.Equal(checkpoint.SecondMoment, read.SecondMoment);
        }
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.NegativeInfinity)]
    public void A_weight_or_moment_that_is_not_finite_is_refused(float value)
    {
        Checkpoint checkpoint = SampleCheckpoint.Of(Architecture.Dense);
        foreach (float[] vector in (float[][])[checkpoint.Weights, checkpoint.FirstMoment!, checkpoint.SecondMoment!])
        {
            float before = vector[^1];
            vector[^1] = value;
            Assert.Contains("'output.bias",
                CheckpointFile.Read(CheckpointFile.Write(checkpoint)).Fault());
            vector[^1] = before;
        }
    }

    [Fact]
    public void A_checkpoint_of_another_architecture_is_refused()
    {
        (Dictionary<string, string> metadata, _) = Parts(SampleCheckpoint.Of(Architecture.Strided));
        (_, List<NamedTensor> tensors) = Parts(SampleCheckpoint.Of(Architecture.NearestUnpool));

        AssertInvalid("There is no tensor 'code.weight', which the network has, but a tensor 'conv2.", metadata, tensors);
    }

    private static (Dictionary<string, string> Metadata, List<NamedTensor> Tensors) Parts(Checkpoint checkpoint)
    {
        var contents = Safetensors.Read(CheckpointFile.Write(checkpoint)).Value();
        return (new(contents.Metadata), [.. contents.Tensors]);
    }

    private static void AssertInvalid(string reason, Dictionary<string, string> metadata, IReadOnlyList<NamedTensor> tensors) =>
        Assert.Contains(reason, CheckpointFile.Read(Safetensors.Write(metadata, tensors)).Fault());
}
