using System.Buffers.Binary;
using System.Text;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Domain.Tests.Checkpoints;

public sealed class SafetensorsTests
{
    [Fact]
    public void What_is_written_is_read_bit_for_bit()
    {
        NamedTensor[] tensors =
        [
            new("b", [2, 3], Bytes(1, -0f, float.NaN, float.PositiveInfinity, float.Epsilon, float.MaxValue)),
            new("a", [1], Bytes(-1)),
            new("empty", [0, 4], Bytes()),
            new("scalar", [], Bytes(0.1f)),
        ];

        byte[] file = Safetensors.Write([new("key", "a \"quoted\" ü"), new("", "")], tensors);

        Assert.Equal(0, (8 + BinaryPrimitives.ReadInt64LittleEndian(file)) % 8);
        SafetensorsFile contents = Safetensors.Read(file).Value();
        Assert.Equal(new Dictionary<string, string> { ["key"] = "a \"quoted\" ü", [""] = "" }, contents.Metadata);
        Assert.Equal(tensors.Select(tensor => tensor.Name), contents.Tensors.Select(tensor => tensor.Name));
        Assert.All(tensors.Zip(contents.Tensors), pair => Assert.Equal(pair.First.Shape, pair.Second.Shape));
        Assert.All(tensors.Zip(contents.Tensors), pair => Assert.Equal(pair.First.Data.ToArray(), pair.Second.Data.ToArray()));
    }

    [Fact]
    public void A_file_as_the_reference_writes_it_is_read()
    {
        Result<SafetensorsFile, string> read = Read(
            """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"""
            + """ "b":{"shape":[1],"data_offsets":[8,12],"dtype":"F32"}}  """,
            dataLength: 12);

        Assert.Equal(["w", "b"], read.Value().Tensors.Select(tensor => tensor.Name));
        Assert.Empty(Read("{}", 0).Value().Tensors);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void A_file_too_short_for_a_header_length_is_refused(int length) =>
        Assert.StartsWith($"The file has {length} bytes", Safetensors.Read(new byte[length]).Fault());

    [Theory]
    [InlineData(0ul)]
    [InlineData(3ul)]
    [InlineData(65_537ul)]
    [InlineData(1ul << 31)]
    [InlineData(1ul << 63)]
    [InlineData(ulong.MaxValue)]
    public void A_header_length_that_lies_is_refused(ulong length)
    {
        byte[] file = [.. new byte[8], .. "{}"u8];
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);

        Assert.StartsWith($"The header length is {length}", Safetensors.Read(file).Fault());
    }

    [Fact]
    public void A_header_may_fill_64_kB_and_not_one_byte_more()
    {
        Read("{}".PadRight(65_536), 0).Value();
        Read("{}".PadRight(65_537), 0).Fault();
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}{}")]
    [InlineData("""{"__metadata__":{"a":{"b":{"c":{}}}}}""")]
    [InlineData("""{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"w":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""")]
    [InlineData("""{"__metadata__":{"format":"a","format":"b"}}""")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""")]
    public void A_header_that_is_no_JSON_object_of_distinct_names_is_refused(string header) => Read(header, 8).Fault();

    [Theory]
    [InlineData("1")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"step":1}""")]
    [InlineData("""{"step":null}""")]
    [InlineData("""{"step":{}}""")]
    public void Metadata_is_an_object_of_strings(string metadata) =>
        Assert.StartsWith("__metadata__", Read($$"""{"__metadata__":{{metadata}}}""", 0).Fault());

    [Theory]
    [InlineData("""{"dtype":"F16","shape":[2],"data_offsets":[0,8]}""", "another type")]
    [InlineData("""{"dtype":"f32","shape":[2],"data_offsets":[0,8]}""", "a type in lower case")]
    [InlineData("""{"dtype":1,"shape":[2],"data_offsets":[0,8]}""", "a type that is no string")]
    [InlineData("""{"shape":[2],"data_offsets":[0,8]}""", "no type")]
    [InlineData("""{"dtype":"F32","data_offsets":[0,8]}""", "no shape")]
    [InlineData("""{"dtype":"F32","shape":[2]}""", "no offsets")]
    [InlineData("""{"dtype":"F32","shape":[2],"data_offsets":[0,8],"more":1}""", "a fourth field")]
    [InlineData("""{"dtype":"F32","shape":[3],"data_offsets":[0,8]}""", "a shape larger than its bytes")]
    [InlineData("""{"dtype":"F32","shape":[1],"data_offsets":[0,8]}""", "a shape smaller than its bytes")]
    [InlineData("""{"dtype":"F32","shape":[2],"data_offsets":[0,12]}""", "an end beyond the file")]
    [InlineData("""{"dtype":"F32","shape":[1],"data_offsets":[4,8]}""", "a gap before the first")]
    [InlineData("""{"dtype":"F32","shape":[2],"data_offsets":[8,0]}""", "an end before its begin")]
    [InlineData("""{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}""", "a negative offset")]
    [InlineData("""{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}""", "three offsets")]
    [InlineData("""{"dtype":"F32","shape":[2],"data_offsets":[0]}""", "one offset")]
    [InlineData("""{"dtype":"F32","shape":[2],"data_offsets":[0,8.5]}""", "a fraction")]
    [InlineData("""{"dtype":"F32","shape":[2],"data_offsets":[0,"8"]}""", "an offset in quotes")]
    [InlineData("""{"dtype":"F32","shape":[2],"data_offsets":[0,4294967304]}""", "an offset beyond 32 bits")]
    [InlineData("""{"dtype":"F32","shape":[2],"data_offsets":[4294967296,4294967304]}""", "offsets that are right modulo 32 bits")]
    [InlineData("""{"dtype":"F32","shape":[-2,-1],"data_offsets":[0,8]}""", "negative sizes whose product is right")]
    [InlineData("""{"dtype":"F32","shape":[1073741825,2],"data_offsets":[0,8]}""", "a size that is right modulo 32 bits")]
    [InlineData("""{"dtype":"F32","shape":[2147483647,2147483647,2147483647,2147483647],"data_offsets":[0,8]}""", "a size beyond 64 bits")]
    [InlineData("""{"dtype":"F32","shape":[2147483648],"data_offsets":[0,8]}""", "a size beyond 32 bits")]
    [InlineData("""{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}""", "nine dimensions")]
    [InlineData("""{"dtype":"F32","shape":2,"data_offsets":[0,8]}""", "a shape that is no array")]
    [InlineData("[]", "an array")]
    [InlineData("null", "null")]
    public void A_tensor_that_does_not_fit_its_bytes_is_named(string tensor, string because)
    {
        Result<SafetensorsFile, string> read = Read($$"""{"w":{{tensor}}}""", 8);

        Assert.True(read.Fault().StartsWith("Tensor 'w'", StringComparison.Ordinal), because);
    }

    [Theory]
    [InlineData(0, 4, 8, 12, "a gap")]
    [InlineData(0, 8, 4, 12, "an overlap")]
    [InlineData(0, 4, 0, 4, "the same bytes twice")]
    public void Tensors_that_do_not_lie_side_by_side_are_refused(int from1, int to1, int from2, int to2, string because)
    {
        string Tensor(int from, int to) => $$"""{"dtype":"F32","shape":[{{(to - from) / 4}}],"data_offsets":[{{from}},{{to}}]}""";

        Assert.False(Read($$"""{"v":{{Tensor(from1, to1)}},"w":{{Tensor(from2, to2)}}}""", 12).TryGet(out _, out _), because);
    }

    [Fact]
    public void Tensors_may_lie_in_another_order_than_the_header_names_them_in()
    {
        byte[] header = Encoding.UTF8.GetBytes(
            """   {"z":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},"a":{"data_offsets":[0,8],"shape":[2],"dtype":"F32"},"""
            + "\"__metadata__\":{\"k\":\"v\"}}   ");
        byte[] file = [.. BitConverter.GetBytes((long)header.Length), .. header, .. Bytes(1, 2, 3)];

        SafetensorsFile contents = Safetensors.Read(file).Value();

        Assert.Equal(["a", "z"], contents.Tensors.Select(tensor => tensor.Name));
        Assert.Equal(Bytes(1, 2), contents.Tensors[0].Data.ToArray());
        Assert.Equal(Bytes(3), contents.Tensors[1].Data.ToArray());
        Assert.Equal("v", contents.Metadata["k"]);
    }

    [Fact]
    public void Bytes_that_belong_to_no_tensor_are_refused()
    {
        Result<SafetensorsFile, string> read = Read("""{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9);

        Assert.Equal("The tensors fill 8 bytes of the 9 after the header.", read.Fault());
    }

    [Fact]
    public void There_may_be_64_tensors_and_not_one_more()
    {
        Safetensors.Read(Safetensors.Write([], Tensors(64))).Value();
        Assert.Equal("There are more than 64 tensors.", Safetensors.Read(Safetensors.Write([], Tensors(65))).Fault());

        static NamedTensor[] Tensors(int count) => [.. Enumerable.Range(0, count).Select(i => new NamedTensor($"t{i}", [1], Bytes(i)))];
    }

    private static Result<SafetensorsFile, string> Read(string header, int dataLength)
    {
        byte[] json = Encoding.UTF8.GetBytes(header), length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        return Safetensors.Read((byte[])[.. length, .. json, .. new byte[dataLength]]);
    }

    private static byte[] Bytes(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
}
