using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Tests;
using Microsoft.ML.OnnxRuntime;

namespace AutoencoderApi.Api.Tests;

/// <summary>What docs/serving.md says of exported models: its two programs, and ONNX Runtime against the service on digits.</summary>
[Collection(TrainedCollection.Name)]
public sealed partial class ServingTests(TrainedService trained)
{
    private const string Document = "docs/serving.md";
    private const string ThisFile = "tests/Api.Tests/ServingTests.cs";
    private const string NodeFolder = "examples/serving/node";
    private const int BatchSize = 1000;
    private const float Tolerance = 1e-5f;

    /// <summary>
    /// Images of <c>example-switch-unpool</c> above the tolerance, of 10,000: where two values of a block differ only in the last bit,
    /// another switch may be set. Nine were measured.
    /// </summary>
    private const int ImagesOfOtherSwitches = 30;

    [Theory]
    [InlineData("node")]
    [InlineData("dotnet")]
    [StartsProcesses]
    public async Task A_program_of_the_guide_reconstructs_as_the_service_does(string program)
    {
        Assert.SkipUnless(
            program != "node" || Directory.Exists(Path.Combine(Repository.Root, NodeFolder, "node_modules")),
            $"The packages of {NodeFolder} are missing: ./test installs them where it may, else run npm ci there.");
        ShellBlock[] blocks = [.. Documents.ShellBlocks(Document)];
        ShellBlock files = blocks.First(block => block.IsRunAsItStands),
            run = blocks.Single(block => block.RunBy == ThisFile && block.Commands[0].StartsWith(program, StringComparison.Ordinal));
        string folder = Directory.CreateTempSubdirectory("serving-").FullName;
        try
        {
            string output = await RunCommands(folder, [.. files.Commands, .. run.Commands]);
            Assert.Contains("shape of the code: 1,32,7,7\n", output);
            Match mse = Mse().Match(output);
            Assert.Equal(mse.Groups[2].Value, mse.Groups[1].Value);
            float difference = float.Parse(LargestDifference().Match(output).Groups[1].Value, CultureInfo.InvariantCulture);
            Assert.InRange(difference, 0, Tolerance);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("js", $"{NodeFolder}/reconstruct.js")]
    [InlineData("csharp", "examples/serving/dotnet/Program.cs")]
    public void The_guide_quotes_its_programs(string language, string file)
    {
        string quote = Regex.Match(Documents.Read(Document), $"```{language}\n(.*?)```", RegexOptions.Singleline).Groups[1].Value;
        Assert.NotEmpty(quote);
        Assert.Contains(quote, Documents.Read(file));
    }

    [Theory]
    [MemberData(nameof(ExampleCheckpointTests.Tags), MemberType = typeof(ExampleCheckpointTests))]
    public async Task An_exported_example_has_the_shapes_of_the_guide_and_reconstructs_MNIST_as_the_service_does(string tag)
    {
        string path = $"/v1/checkpoints/{tag}";
        byte[] model = await trained.Service.Http.GetByteArrayAsync($"{path}/onnx");
        using var session = new InferenceSession(model);
        Assert.Equal(["picture"], session.InputNames);
        Assert.Equal(["reconstruction", "code"], session.OutputNames);
        Assert.Equal([-1, 1, 28, 28], session.InputMetadata["picture"].Dimensions);
        Assert.Equal([-1, 1, 28, 28], session.OutputMetadata["reconstruction"].Dimensions);
        string shape = $"[N, {string.Join(", ", session.OutputMetadata["code"].Dimensions[1..])}]";
        string row = string.Create(CultureInfo.InvariantCulture, $"| `{tag}` | {shape} | {model.Length:N0} |");

        DatasetSplit digits = MnistFolder.Load().Test;
        float largest = 0, largestOfCode = 0;
        int above = 0;
        for (int first = 0; first < digits.Count; first += BatchSize)
        {
            float[] images = Values(digits.Slice(first, BatchSize));
            (float[] reconstructions, float[] codes) = Run(session, images);
            float[] differences = [.. Differences(await Ask($"{path}/reconstruction", images), reconstructions)];
            float[] expectedCodes = await Ask($"{path}/encode", images);
            largest = Math.Max(largest, differences.Max());
            largestOfCode = Math.Max(largestOfCode, Differences(expectedCodes, codes).Max() / Math.Max(1, expectedCodes.Max()));
            above += differences.Chunk(digits.PixelsPerImage).Count(image => image.Max() > Tolerance);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{row} {largest:0.0e-0}; {above} above | {largestOfCode:0.0e-0} |"));
        Assert.Contains(row, Documents.Read(Document));
        Assert.InRange(above, 0, tag == "example-switch-unpool" ? ImagesOfOtherSwitches : 0);
        Assert.InRange(largestOfCode, 0, Tolerance);
    }

    /// <summary>Runs commands of the guide in Bash, as at the root of the repository but with the files of a reader elsewhere.</summary>
    private async Task<string> RunCommands(string folder, params string[] commands)
    {
        StartsProcessesAttribute.Require();
        string script = string.Join('\n', ["set -euo pipefail", .. commands])
            .Replace("curl ", "curl --fail-with-body --no-progress-meter ", StringComparison.Ordinal)
            .Replace("localhost:8080", trained.Service.Http.BaseAddress!.Authority, StringComparison.Ordinal)
            .Replace("dotnet run ", "dotnet run --no-build ", StringComparison.Ordinal) // the project of the tests has built it
            .Replace("examples/", $"{Repository.Root}/examples/", StringComparison.Ordinal);
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process bash = Process.Start(start)!;
        Task<string> output = bash.StandardOutput.ReadToEndAsync(), errors = bash.StandardError.ReadToEndAsync();
        await bash.WaitForExitAsync();
        Assert.True(bash.ExitCode == 0, $"{script}\nended with {bash.ExitCode}: {await output}{await errors}");
        return await output;
    }

    private static (float[] Reconstructions, float[] Codes) Run(InferenceSession session, float[] images)
    {
        using var options = new RunOptions();
        using OrtValue picture = OrtValue.CreateTensorValueFromMemory(images, [BatchSize, 1, 28, 28]);
        using var outputs = session.Run(options, ["picture"], [picture], ["reconstruction", "code"]);
        return ([.. outputs[0].GetTensorDataAsSpan<float>()], [.. outputs[1].GetTensorDataAsSpan<float>()]);
    }

    private async Task<float[]> Ask(string path, float[] images)
    {
        using ByteArrayContent body = NpyAnswer.Body(NpyAnswer.File(images, BatchSize, 1, 28, 28));
        return (await NpyAnswer.Read(await trained.Service.Http.PostAsync(path, body))).Values;
    }

    private static float[] Values(DatasetSplit digits) =>
        [.. Enumerable.Range(0, digits.Count).SelectMany(index => digits.Image(index).ToArray()).Select(value => value / 255f)];

    private static IEnumerable<float> Differences(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        return expected.Zip(actual, (a, b) => float.IsNaN(b) ? float.PositiveInfinity : Math.Abs(a - b)); // Max passes over NaN
    }

    [GeneratedRegex("MSE: (\\S+), in the service (\\S+)")]
    private static partial Regex Mse();

    [GeneratedRegex("largest difference: (\\S+)")]
    private static partial Regex LargestDifference();
}
