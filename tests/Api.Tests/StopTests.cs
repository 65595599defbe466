using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

/// <summary>
/// A polite stop at any time of the start, of process 1 as in a container: to it the kernel delivers no signal that it does not
/// handle.
/// </summary>
[StartsProcesses]
public sealed class StopTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    // SIGINT as a container's program has it: a shell's background jobs, which the tests may be, inherit that it is ignored.
    private static readonly string[] s_asProcess1 =
    [
        "env",
        "--default-signal=INT",
        "unshare",
        "--pid",
        "--fork",
        "--mount-proc",
        "--kill-child",
    ];

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task While_another_process_migrates_the_SQLite_store(string signal)
    {
        using var held = new FileStream(
            Path.Combine(_folder, "migrating.lock"),
            FileMode.OpenOrCreate,
            FileAccess.ReadWrite,
            FileShare.None);
        await Stops(signal, "Microsoft.Data.Sqlite.dll");
    }

    [Fact]
    public async Task While_PostgreSQL_is_not_there() =>
        await Stops(
            "TERM",
            "Npgsql.dll",
            PostgresServer.Settings($"Host=127.0.0.1;Port={ServiceProcess.FreePort()};Database=x;Username=x"));

    [Fact]
    public async Task While_PostgreSQL_says_nothing()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await Stops(
            "TERM",
            "Npgsql.dll",
            PostgresServer.Settings($"Host=127.0.0.1;Port={((IPEndPoint)silent.LocalEndpoint).Port};Database=x;Username=x"));
    }

    [Fact]
    public async Task While_another_process_migrates_PostgreSQL()
    {
        string database = await postgres.NewDatabase();
        await using var other = new Npgsql.NpgsqlConnection(database);
        await other.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand($"SELECT pg_advisory_lock({0x6175746f656e63})", other);
        await command.ExecuteNonQueryAsync();
        await Stops("TERM", "Npgsql.dll", PostgresServer.Settings(database));
    }

    [Fact]
    public async Task Before_anything_else_and_while_serving()
    {
        await Stops("TERM", "Microsoft.AspNetCore.dll");
        await Stops("INT", "Microsoft.AspNetCore.dll", [], service => service.Ready());
    }

    /// <param name="loaded">A library whose code runs next once it is there.</param>
    private async Task Stops(string signal, string loaded, (string, string)[]? settings = null, Func<ServiceProcess, Task>? first = null)
    {
        Assert.SkipUnless(Environment.UserName == "root" && File.Exists("/usr/bin/unshare"), "Making a process 1 needs root and unshare.");
        await using ServiceProcess service = ServiceProcess.Launch(_folder, ServiceProcess.FreePort(), s_asProcess1, settings ?? []);
        string process1 = await Until(() => Read($"/proc/{service.Id}/task/{service.Id}/children").Trim());
        await Until(() => Read($"/proc/{process1}/maps").Contains(loaded, StringComparison.Ordinal) ? loaded : "");
        await (first?.Invoke(service) ?? Task.Delay(500));

        // A signal that comes before the program's first line is lost: on a busy machine that line may be some seconds away.
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        long requestedAt = 0;
        for (
            Task ended = service.Exited();
            !ended.IsCompleted;
            await Task.WhenAny(ended, Task.Delay(TimeSpan.FromSeconds(5), timeout.Token)))
        {
            timeout.Token.ThrowIfCancellationRequested();
            requestedAt = Stopwatch.GetTimestamp();
            using Process kill = Process.Start("kill", [$"-{signal}", process1]);
            await kill.WaitForExitAsync(timeout.Token);
        }

        Assert.Equal(0, service.ExitCode);
        Assert.InRange(Stopwatch.GetElapsedTime(requestedAt).TotalSeconds, 0,
            5); // 0.3 s on a quiet machine, 1.4 s on one with 20 times its load
        Assert.DoesNotContain("   at ", service.Output(), StringComparison.Ordinal);
    }

    private static async Task<string> Until(Func<string> there)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (there() is { Length: > 0 } found)
            {
                return found;
            }

            await Task.Delay(10, timeout.Token);
        }
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return ""; // not there yet
        }
    }
}
