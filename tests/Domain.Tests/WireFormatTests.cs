using System.Text.Json;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Tests;

public sealed class WireFormatTests
{
    [Fact]
    public void Enum_values_have_the_names_of_the_contract()
    {
        Assert.Equal(["strided", "zero-unpool", "nearest-unpool", "switch-unpool", "dense"], WireFormat.Names<Architecture>());
        Assert.Equal(["relu", "sigmoid", "tanh", "linear"], WireFormat.Names<Activation>());
        Assert.Equal(["cosine", "constant"], WireFormat.Names<LearningRateSchedule>());
        Assert.Equal(["queued", "running", "cancelling", "succeeded", "failed", "cancelled"], WireFormat.Names<JobStatus>());
    }

    [Fact]
    public void Each_name_is_read_as_the_value_that_wrote_it()
    {
        foreach (Architecture value in Enum.GetValues<Architecture>())
        {
            Assert.Equal(value, WireFormat.Parse<Architecture>(WireFormat.Name(value)));
            Assert.Equal($"\"{WireFormat.Name(value)}\"", JsonSerializer.Serialize(value, WireFormat.Json));
            Assert.Equal(value, JsonSerializer.Deserialize<Architecture>($"\"{WireFormat.Name(value)}\"", WireFormat.Json));
        }
    }

    [Theory]
    [InlineData("\"convolutional\"")]
    [InlineData("\"ZeroUnpool\"")]
    [InlineData("\"Strided\"")]
    [InlineData("\"strided, dense\"")]
    [InlineData("\"\"")]
    [InlineData("\"0\"")]
    [InlineData("0")]
    [InlineData("null")]
    [InlineData("[]")]
    public void A_value_that_is_not_one_of_them_is_answered_with_all_there_are(string json)
    {
        JsonException fault = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Architecture>(json, WireFormat.Json));

        Assert.StartsWith("must be one of strided, zero-unpool, nearest-unpool, switch-unpool, dense.", fault.Message);
    }

    [Theory]
    [InlineData("""{"step":1,"threads":1}""", "an unknown field")]
    [InlineData("""{"threads":1,"threads":2,"instructionSet":"avx2"}""", "a field twice")]
    [InlineData("""{"threads":"1","instructionSet":"avx2"}""", "a number in quotes")]
    [InlineData("""{"Threads":1,"instructionSet":"avx2"}""", "a name in the wrong case")]
    [InlineData("""{"threads":1,"instructionSet":null}""", "null where a string must be")]
    public void JSON_is_taken_at_its_word(string json, string because)
    {
        Exception? fault = Record.Exception(() => JsonSerializer.Deserialize<Machine>(json, WireFormat.Json));

        Assert.True(fault is JsonException, because);
    }
}
