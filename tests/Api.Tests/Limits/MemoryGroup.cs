using System.Globalization;

namespace AutoencoderApi.Api.Tests.Limits;

/// <summary>A control group that bounds the memory of the processes in it; the kernel ends one that needs more.</summary>
internal sealed class MemoryGroup : IDisposable
{
    private readonly string _folder;

    private MemoryGroup(string folder) => _folder = folder;

    /// <summary>A program with its arguments that starts another one within the group.</summary>
    public string[] Enter => ["sh", "-c", $"echo $$ >{_folder}/cgroup.procs && exec \"$@\"", "sh"];

    /// <summary>Skips the test where this machine lets nobody make one.</summary>
    public static MemoryGroup Of(long bytes)
    {
        string root = "/sys/fs/cgroup", name = $"autoencoder-test-{Environment.ProcessId}";
        bool isFirst = Directory.Exists($"{root}/memory");
        string folder = isFirst ? $"{root}/memory/{name}" : $"{root}/{name}";
        string file = Path.Combine(folder, isFirst ? "memory.limit_in_bytes" : "memory.max");
        try
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(file, bytes.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Assert.Skip($"A control group of memory cannot be made here: {e.Message}");
        }

        return new MemoryGroup(folder);
    }

    public void Dispose() => Directory.Delete(_folder);
}
