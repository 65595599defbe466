using System.Globalization;
using System.Text.RegularExpressions;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Domain.Tests.Checkpoints;

/// <summary>Runs the Python of docs/checkpoints.md, as it stands there, on a file that this project has written.</summary>
[StartsProcesses]
public sealed partial class PythonReaderTests : IDisposable
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "checkpoints.md"));
    private static readonly string s_reader = ReaderOfThePage().Match(s_page).Groups[1].Value;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_reader_of_the_docs_finds_every_tensor_and_value()
    {
        Checkpoint checkpoint = SampleCheckpoint.Of(Architecture.SwitchUnpool);

        // After the page's own code `values` is the last tensor of the file.
        string[] lines = Run(s_reader + "print(*values)\n", checkpoint);

        Assert.Contains("'step': 123", lines[0]);
        Assert.Equal(Tensors(checkpoint).Select(Described), lines[1..^1].Select(Parsed));
        Assert.Equal(Tensors(checkpoint).Last().Values, Numbers(lines[^1]));
    }

    [Fact]
    public void The_line_for_numpy_gives_the_same_values_in_their_shape()
    {
        Checkpoint checkpoint = SampleCheckpoint.Of(Architecture.SwitchUnpool);
        Python.SkipWithout("numpy");

        string[] lines = Run(
            $"import numpy\n{s_reader}values = "
            + $"{NumpyOfThePage().Match(s_page).Value}\nprint(values.shape)\nprint(*values.ravel().tolist())\n",
            checkpoint);

        (_, int[] shape, float[] expected) = Tensors(checkpoint).Last();
        Assert.Equal($"({string.Join(", ", shape)}{(shape.Length == 1 ? "," : "")})", lines[^2]);
        Assert.Equal(expected, Numbers(lines[^1]));
    }

    private string[] Run(string script, Checkpoint checkpoint)
    {
        string file = _folder.Write("checkpoint.safetensors", CheckpointFile.Write(checkpoint));
        return Python.Run(script, file).TrimEnd().Split('\n');
    }

    private static IEnumerable<(string Name, int[] Shape, float[] Values)> Tensors(Checkpoint checkpoint)
    {
        NetworkDefinition definition = NetworkDefinition.For(checkpoint.Settings);
        (string, float[])[] vectors =
        [
            ("", checkpoint.Weights),
            (".exp_avg", checkpoint.FirstMoment!),
            (".exp_avg_sq", checkpoint.SecondMoment!),
        ];
        foreach ((string suffix, float[] vector) in vectors)
        {
            int offset = 0;
            foreach (Parameter parameter in definition.Parameters)
            {
                yield return (parameter.Name + suffix, parameter.Shape, vector[offset..(offset += parameter.Count)]);
            }
        }
    }

    private static (string, float, float) Described((string Name, int[] Shape, float[] Values) tensor) =>
        ($"{tensor.Name} [{string.Join(", ", tensor.Shape)}]", tensor.Values.Min(), tensor.Values.Max());

    private static (string, float, float) Parsed(string line)
    {
        int end = line.IndexOf(']') + 1;
        float[] extremes = Numbers(line[(end + 1)..]);
        return (line[..end], extremes[0], extremes[1]);
    }

    private static float[] Numbers(string line) =>
        [.. line.Split(' ').Select(number => (float)double.Parse(number, CultureInfo.InvariantCulture))];

    [GeneratedRegex("```python\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex ReaderOfThePage();

    [GeneratedRegex("(?<=`)numpy[^`]+(?=`)")]
    private static partial Regex NumpyOfThePage();
}
