using System.Diagnostics;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

/// <summary>
/// The shell blocks that carry no mark, on a service with one trained network. ID stands for its job; files that a reader has are made
/// first.
/// </summary>
[StartsProcesses]
public sealed class DocumentCommandTests(DocumentedService documented) : IClassFixture<DocumentedService>
{
    private const string NumPy = "import importlib.util; print(importlib.util.find_spec('numpy') is not None)";

    public static TheoryData<string> WithCommands =>
        [.. Documents.WithCommands.Where(path => Documents.ShellBlocks(path).Any(block => block.IsRunAsItStands))];

    [Theory]
    [MemberData(nameof(WithCommands))]
    public async Task The_commands_of_a_document_run_as_they_stand(string document)
    {
        string folder = Directory.CreateTempSubdirectory("documents-").FullName;
        try
        {
            await Run(folder, DocumentedService.ReadersFiles);
            bool hasNumPy = Python.Run(NumPy).Trim() == "True";
            string[] left = [.. Documents.ShellBlocks(document).Where(block => block.IsRunAsItStands)
                .Where(block => IsOf(block, "numpy") ? !hasNumPy : (IsOf(block, "mnist") || IsOf(block, "idx")) && !MnistFolder.IsAtHand)
                .Select(block => block.ToString())];
            foreach (ShellBlock block in Documents.ShellBlocks(document).Where(block => block.IsRunAsItStands))
            {
                if (!left.Contains(block.ToString()))
                {
                    (int status, string said) = await Run(folder, block.Commands);
                    Assert.True(status == 0, $"{block} ended with {status}: {said}\n{string.Join('\n', block.Commands)}");
                }
            }

            Assert.SkipWhen(left is not [], $"MNIST or NumPy is not at hand, so these were left out: {string.Join(", ", left)}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool IsOf(ShellBlock block, string word) =>
        block.Commands.Any(command => command.Contains(word, StringComparison.Ordinal));

    /// <summary>Runs commands in Bash, in which a response of 400 or above is a failure.</summary>
    private async Task<(int Status, string Output)> Run(string folder, params string[] commands)
    {
        string script = string.Join('\n', (string[])
        [
            "set -euo pipefail",
            "curl() { command curl --fail-with-body --no-progress-meter --max-time 60 \"$@\"; }",
            "python3() { \"$([ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3)\" \"$@\"; }", // Debian's, which has NumPy
            .. commands,
        ]);
        script = script
            .Replace("localhost:8080", documented.Address, StringComparison.Ordinal)
            .Replace("training-jobs/ID", $"training-jobs/{documented.JobId}", StringComparison.Ordinal)
            .Replace("checkpoints/ID@", $"checkpoints/{documented.JobId}@", StringComparison.Ordinal);
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["MNIST_FOLDER"] = MnistFolder.IsAtHand ? MnistFolder.Path : "";
        using Process bash = Process.Start(start)!;
        Task<string> output = bash.StandardOutput.ReadToEndAsync(), errors = bash.StandardError.ReadToEndAsync();
        await bash.WaitForExitAsync();
        return (bash.ExitCode, $"{await output}{await errors}");
    }
}
