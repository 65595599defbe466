using System.Diagnostics;
using System.Globalization;

namespace AutoencoderApi.Faults.Tests;

/// <summary>
/// What a scenario did and what its processes said, with the seconds since it began. Kept beside the tests until the next
/// time.
/// </summary>
internal sealed class FaultScenarioLog : IDisposable
{
    private readonly Lock _lock = new();
    private readonly long _began = Stopwatch.GetTimestamp();
    private readonly StreamWriter _file;

    public FaultScenarioLog(string name)
    {
        Path = System.IO.Path.Combine(Directory.CreateDirectory(Folder).FullName, $"{name}.log");
        _file = new StreamWriter(Path) { AutoFlush = true };
    }

    public static string Folder { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "scenarios");

    public string Path { get; }

    public void Write(string who, string what)
    {
        lock (_lock)
        {
            if (_file.BaseStream is not null) // a process may speak until it is gone
            {
                double seconds = Stopwatch.GetElapsedTime(_began).TotalSeconds;
                _file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seconds,8:0.000}  {who,-9} {what}"));
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _file.Dispose();
        }
    }
}
