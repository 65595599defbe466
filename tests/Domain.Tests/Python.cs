using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace AutoencoderApi.Domain.Tests;

/// <summary>Python and NumPy, where they are there, as the other side of a file format; a test without them is skipped.</summary>
internal static class Python
{
    private const string Debian = "/usr/bin/python3"; // before any other, for it finds Debian's NumPy

    /// <returns>What the script printed.</returns>
    public static string Run(TemporaryFolder folder, string script, params string[] arguments)
    {
        (string output, string error) = Start(folder, script, arguments);
        Assert.Equal("", error);
        return output;
    }

    public static void SkipWithoutNumpy(TemporaryFolder folder) =>
        Assert.SkipWhen(Start(folder, "import numpy", []).Error.Contains("ModuleNotFoundError", StringComparison.Ordinal), "numpy is not there.");

    private static (string Output, string Error) Start(TemporaryFolder folder, string script, string[] arguments)
    {
        string path = folder.Write("script.py", Encoding.UTF8.GetBytes(script));
        try
        {
            using Process python = Process.Start(new ProcessStartInfo(File.Exists(Debian) ? Debian : "python3", [path, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            Task<string> error = python.StandardError.ReadToEndAsync();
            return (python.StandardOutput.ReadToEnd(), error.Result);
        }
        catch (Win32Exception)
        {
            Assert.Skip("python3 is not there.");
            throw;
        }
    }
}
