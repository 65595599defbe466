using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

/// <summary>A PostgreSQL server of the tests' own, on loopback and in a temporary folder, which can be stopped and started.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    public const string Missing = "PostgreSQL's server is not installed (Debian: postgresql).";
    private const string User = "postgres"; // the server refuses to run as root

    private static readonly string? s_programs = ProgramFolder();
    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-postgres-").FullName;
    private readonly int _port = FreePort();
    private int _databases;

    public static bool IsInstalled => s_programs is not null;

    private string Data => Path.Combine(_folder, "data");

    private string Port => _port.ToString(CultureInfo.InvariantCulture);

    public async ValueTask InitializeAsync()
    {
        StartsProcessesAttribute.Require();
        if (!IsInstalled)
        {
            return; // each test skips itself
        }

        if (Environment.UserName == "root")
        {
            await Run("chown", User, _folder);
        }

        await RunAsServer(
            "initdb",
            "--pgdata",
            Data,
            "--username",
            User,
            "--auth",
            "trust",
            "--no-sync",
            "--encoding",
            "UTF8",
            "--locale",
            "C");
        await Start();
    }

    /// <summary>A new empty database.</summary>
    /// <returns>Its connection string.</returns>
    public async Task<string> NewDatabase()
    {
        Assert.SkipUnless(IsInstalled, Missing);
        string name = string.Create(CultureInfo.InvariantCulture, $"store{Interlocked.Increment(ref _databases)}");
        await RunAsServer("createdb", "--host", "127.0.0.1", "--port", Port, "--username", User, name);
        return $"Host=127.0.0.1;Port={Port};Database={name};Username={User}";
    }

    /// <summary>What a service needs to use that database.</summary>
    public static (string Name, string Value)[] Settings(string connection, string role = "all") =>
        [
            ("Store__Provider", "postgres"),
            ("ConnectionStrings__Store", connection),
            ("Role", role),
            ("Training__Threads", "1"), // several processes share the machine
        ];

    public Task Start() =>
        RunAsServer(
            "pg_ctl",
            "start",
            "--wait",
            "--pgdata",
            Data,
            "--log",
            Path.Combine(_folder, "log"),
            "--options",
            $"-c listen_addresses=127.0.0.1 -c port={Port} -c unix_socket_directories={_folder} -c fsync=off -c shared_buffers=32MB -c "
            + $"max_connections=200"
        );

    /// <summary>Stops the server, its sessions with it.</summary>
    /// <param name="mode"><c>fast</c> ends them in order; <c>immediate</c> is a crash of the server.</param>
    public Task Stop(string mode = "fast") => RunAsServer("pg_ctl", "stop", "--wait", "--pgdata", Data, "--mode", mode);

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
        {
            await Stop("immediate");
        }

        Directory.Delete(_folder, recursive: true);
    }

    private static string? ProgramFolder() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory
                .GetDirectories("/usr/lib/postgresql")
                .Order()
                .Select(version => Path.Combine(version, "bin"))
                .LastOrDefault(folder => File.Exists(Path.Combine(folder, "initdb")))
            : null;

    private static Task RunAsServer(string program, params string[] arguments)
    {
        string path = Path.Combine(s_programs!, program);
        return Environment.UserName == "root" ? Run("runuser", ["-u", User, "--", path, .. arguments]) : Run(path, arguments);
    }

    private static async Task Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(
            new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" </dev/null >/dev/null 2>&1", "sh", program, .. arguments])
            {
                WorkingDirectory = "/",
            }
        )!;
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
