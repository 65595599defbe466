using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Tests;
using Npgsql;

namespace AutoencoderApi.Api.Tests;

/// <summary>What cannot start says why in one line, with the setting, and ends with 1.</summary>
[StartsProcesses]
public sealed class StartFailureTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    private static readonly string[] s_asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    private string Database => Path.Combine(_folder, "autoencoder.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("Access__Keys__0__Hash", "secret", "Access:Keys:0 must have a Hash")]
    [InlineData("Access__TrustedProxies__0", "anyone", "'anyone' is neither an address nor a network")]
    [InlineData("Limits__Steps", "0", "Limits:Steps is '0'; set it to a whole number from 1 to 100000.")]
    [InlineData("Training__ParallelJobs", "0", "Training:ParallelJobs is '0'; set it to a whole number from 1 to 64.")]
    [InlineData("Training__Engine", "torch", "Training:Engine is 'torch'; set it to auto, torchsharp or simd.")]
    [InlineData("Training__Threads", "many", "Training:Threads is 'many'; set it to a whole number")]
    [InlineData("Logging__LogLevel__Default", "Loud", "Logging__LogLevel__Default is 'Loud'; set it to one of Trace, ")]
    [InlineData("Logging__Console__LogLevel__Hangfire", "Loud", "Logging__Console__LogLevel__Hangfire is 'Loud'")]
    [InlineData("ASPNETCORE_URLS", "localhost:8080", "ASPNETCORE_URLS is 'localhost:8080'; set it to an address")]
    [InlineData("ASPNETCORE_URLS", "http://127.0.0.1:65536", "ASPNETCORE_URLS is 'http://127.0.0.1:65536'")]
    [InlineData("ASPNETCORE_URLS", "http://203.0.113.7:8080", "Cannot listen on http://203.0.113.7:8080 (ASPNETCORE_URLS)")]
    [InlineData("ASPNETCORE_URLS", "https://127.0.0.1:0", "No server certificate was specified")]
    [InlineData("Kestrel__Endpoints__One__Url", "http://127.0.0.1:x", "Kestrel__Endpoints is 'http://127.0.0.1:x'")]
    [InlineData("Kestrel__Endpoints__One__Uri", "http://127.0.0.1", "The endpoint One is missing the required 'Url'")]
    [InlineData("Store__Folder", "/etc/hostname", "Store__Folder is '/etc/hostname', which user ")]
    [InlineData("Store__Folder", "/proc/nothing", "Store__Folder is '/proc/nothing', which user ")]
    [InlineData("Store__Folder", "", "Store:Folder is empty; set it to a folder")]
    public Task A_setting(string name, string value, string reason) => Refuses(reason, [], (name, value));

    [Fact]
    public Task A_port_that_is_no_number() =>
        Refuses("ASPNETCORE_HTTP_PORTS is 'http'; set it to a port.", [], ("ASPNETCORE_URLS", ""), ("ASPNETCORE_HTTP_PORTS", "http"));

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("localhost")]
    [InlineData("*")]
    public async Task A_port_in_use(string host)
    {
        using var other = new TcpListener(IPAddress.Any, 0);
        other.Start();
        string url = $"http://{host}:{((IPEndPoint)other.LocalEndpoint).Port}";
        await Refuses($"Cannot listen on {url} (ASPNETCORE_URLS)", [], ("ASPNETCORE_URLS", url));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_folder_or_file_of_another_user()
    {
        NeedsRoot();
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        await Refuses($"Store__Folder is '{_folder}', which user nobody (id 65534) cannot use", s_asNobody);
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_111_111);
        await File.WriteAllTextAsync(Database, "");
        await Refuses($"Access to the path '{Database}' is denied", s_asNobody);
    }

    [Fact]
    public async Task A_read_only_disk_and_a_full_one()
    {
        NeedsRoot();
        string remount = $"mount --bind {_folder} {_folder} && mount -o remount,ro,bind {_folder} && exec \"$@\"";
        await Refuses(
            $"Store__Folder is '{_folder}', which user root (id 0) cannot use: Read-only file system",
            ["unshare", "--mount", "sh", "-c", remount, "sh"]);
        await Refuses(
            "database or disk is full",
            ["unshare", "--mount", "sh", "-c", $"mount -t tmpfs -o size=64k tmpfs {_folder} && exec \"$@\"", "sh"]);
    }

    [Fact]
    public async Task A_file_that_is_no_store()
    {
        await File.WriteAllTextAsync(Database, string.Concat(Enumerable.Repeat("no database ", 1_000)));
        await Refuses($"no SQLite database; restore a backup or move it away: '{Database}' (Store__Folder)", []);
        File.Delete(Database);
        Directory.CreateDirectory(Database);
        await Refuses($"Access to the path '{Database}' is denied", []);
    }

    [Fact]
    public async Task PostgreSQL_without_the_database_or_the_user()
    {
        string connection = await postgres.NewDatabase();
        await Refuses(
            "(ConnectionStrings__Store) cannot be used as user 'postgres' with database 'nothing': database \"nothing\" does not exist.",
            [],
            PostgresServer.Settings($"{connection};Database=nothing"));
        await Refuses("role \"nobody\" does not exist.", [], PostgresServer.Settings($"{connection};Username=nobody"));
    }

    [Theory]
    [InlineData(PostgresErrorCodes.InvalidPassword, false)]
    [InlineData(PostgresErrorCodes.InvalidAuthorizationSpecification, false)]
    [InlineData(PostgresErrorCodes.InvalidCatalogName, false)]
    [InlineData(PostgresErrorCodes.InsufficientPrivilege, false)]
    [InlineData(PostgresErrorCodes.CannotConnectNow, true)]
    [InlineData(PostgresErrorCodes.TooManyConnections, true)]
    public void What_waiting_cannot_mend_is_not_waited_for(string sqlState, bool mayPass) =>
        Assert.Equal(
            mayPass,
            StoreStartFailure.MayPass(new InvalidOperationException("wrapped", new PostgresException("", "FATAL", "FATAL", sqlState))));

    [Fact]
    public Task PostgreSQL_that_does_not_come() =>
        Refuses(
            "PostgreSQL at 127.0.0.1:1 (ConnectionStrings__Store) cannot be used as user 'x' with database 'y': Failed to connect to "
            + "127.0.0.1:1: Connection refused.",
            [],
            PostgresServer.Settings("Host=127.0.0.1;Port=1;Username=x;Database=y"));

    [Theory]
    [InlineData("{ \"Logging\": }", "appsettings.json': '}' is an invalid start of a value.")]
    [InlineData("[", "appsettings.json'")]
    public async Task A_file_of_settings_that_cannot_be_read(string content, string reason)
    {
        // The program reads the file beside it: here a folder of links to its files, with another one.
        string program = Path.Combine(_folder, "program");
        Directory.CreateDirectory(program);
        foreach (string path in Directory.GetFileSystemEntries(AppContext.BaseDirectory))
        {
            File.CreateSymbolicLink(Path.Combine(program, Path.GetFileName(path)), path);
        }

        foreach (
            string copied in (string[])["AutoencoderApi.Api.dll", "AutoencoderApi.Api.deps.json", "AutoencoderApi.Api.runtimeconfig.json"])
        {
            File.Delete(Path.Combine(program, copied));
            File.Copy(Path.Combine(AppContext.BaseDirectory, copied), Path.Combine(program, copied));
        }

        File.Delete(Path.Combine(program, "appsettings.json"));
        await File.WriteAllTextAsync(Path.Combine(program, "appsettings.json"), content);
        await Refuses(reason, ["sh", "-c", "shift; shift; exec dotnet \"$0\" \"$@\"", Path.Combine(program, "AutoencoderApi.Api.dll")]);
    }

    private static void NeedsRoot() => Assert.SkipUnless(Environment.UserName == "root", "Becoming another user and mounting need root.");

    private async Task Refuses(string reason, string[] before, params (string Name, string Value)[] settings)
    {
        (int status, string output, string errors) = await ServiceProcess.Run(
            before, [], [("Store__Folder", _folder), ("ASPNETCORE_URLS", "http://127.0.0.1:0"), .. settings]);
        string line = Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(reason, line, StringComparison.Ordinal);
        Assert.Equal((1, ""), (status, output));
    }
}
