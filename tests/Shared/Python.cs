using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace AutoencoderApi.Tests;

/// <summary>
/// Python, where it is there, as the other side of a file format or of the API; it finds clients/python. A test without it is
/// skipped.
/// </summary>
internal static class Python
{
    private const string Debian = "/usr/bin/python3"; // before any other, for it finds Debian's NumPy and PyTorch

    /// <returns>What the script printed.</returns>
    public static string Run(string script, params string[] arguments)
    {
        (string output, string error) = Start(["-c", script, .. arguments]);
        Assert.Equal("", error);
        return output;
    }

    /// <summary>Runs <c>python3 -m autoencoder_api</c>.</summary>
    /// <returns>What it printed and what it said on standard error.</returns>
    public static (string Output, string Error) RunClient(params string[] arguments) => Start(["-m", "autoencoder_api", .. arguments]);

    public static void SkipWithout(params string[] modules)
    {
        foreach (string module in modules)
        {
            string found = Start(["-c", $"import importlib.util; print(importlib.util.find_spec('{module}') is not None)"]).Output;
            Assert.SkipUnless(found.Trim() == "True", $"Python's {module} is not there: ./test installs python3-{module} where it may.");
        }
    }

    private static (string Output, string Error) Start(string[] arguments)
    {
        StartsProcessesAttribute.Require();
        var start = new ProcessStartInfo(File.Exists(Debian) ? Debian : "python3", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PYTHONPATH"] = Path.Combine(Repository.Root, "clients", "python");
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        try
        {
            using Process python = Process.Start(start)!;
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
