using System.Text.Json;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Tests;

public sealed class JsonConventionsTests
{
    [Fact]
    public void Enum_values_have_the_names_of_the_contract()
    {
        Assert.Equal(["strided", "zero-unpool", "nearest-unpool", "switch-unpool", "dense"], JsonConventions.Names<Architecture>());
        Assert.Equal(["relu", "sigmoid", "tanh", "linear"], JsonConventions.Names<Activation>());
        Assert.Equal(["cosine", "constant"], JsonConventions.Names<LearningRateSchedule>());
        Assert.Equal(
            ["queued", "running", "pausing", "paused", "cancelling", "succeeded", "failed", "cancelled"],
            JsonConventions.Names<JobStatus>());
    }

    [Fact]
    public void Each_name_is_read_as_the_value_that_wrote_it()
    {
        foreach (Architecture value in Enum.GetValues<Architecture>())
        {
            Assert.Equal(value, JsonConventions.Parse<Architecture>(JsonConventions.Name(value)));
            Assert.Equal($"\"{JsonConventions.Name(value)}\"", JsonSerializer.Serialize(value, JsonConventions.Json));
            Assert.Equal(value, JsonSerializer.Deserialize<Architecture>($"\"{JsonConventions.Name(value)}\"", JsonConventions.Json));
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
        JsonException fault = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Architecture>(json, JsonConventions.Json));

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
        Exception? fault = Record.Exception(() => JsonSerializer.Deserialize<ExecutionEnvironment>(json, JsonConventions.Json));

        Assert.True(fault is JsonException, because);
    }

    [Theory]
    [InlineData("\"\\ud800\"", "half a surrogate pair")]
    [InlineData("[1,[\"\\udc00\\ud800\"]]", "two halves in the wrong order, within a list")]
    [InlineData("{\"a\":{\"\\ud800\":1}}", "half a pair as a name")]
    public void JSON_that_is_kept_as_it_came_holds_no_text_that_is_none(string json, string because)
    {
        Exception? fault = Record.Exception(() => JsonSerializer.Deserialize<JsonElement[]>($"[0,{json},2]", JsonConventions.Json));

        Assert.True(fault is JsonException { Path: "$[1]" }, $"{because}: {fault}");
        Assert.Equal("\ud83d\ude00", JsonSerializer.Deserialize<JsonElement[]>("[[\"\\ud83d\\ude00\"]]", JsonConventions.Json)![0][0]
            .GetString());
    }

    [Theory]
    [InlineData("1e999")]
    [InlineData("-1e999")]
    [InlineData("\"NaN\"")]
    [InlineData("\"1\"")]
    [InlineData("true")]
    public void A_number_is_one_that_64_bits_can_hold(string json)
    {
        Assert.Throws<JsonException>(() =>
            JsonSerializer.Deserialize<Losses>($$"""{"train":{{json}},"validation":null,"test":null}""", JsonConventions.Json)
        );
        Assert.Equal(
            1e-9,
            JsonSerializer.Deserialize<Losses>("""{"train":1e-9,"validation":null,"test":null}""", JsonConventions.Json)!.Train
        );
    }
}
