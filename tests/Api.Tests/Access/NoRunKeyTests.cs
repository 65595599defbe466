using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Commands;
using AutoencoderApi.Tests;
using Microsoft.AspNetCore.Http;

namespace AutoencoderApi.Api.Tests.Access;

[StartsProcesses]
public sealed class NoRunKeyTests(PostgresServer postgres) : IClassFixture<PostgresServer>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("http://localhost:8080", false)]
    [InlineData("http://127.0.0.1:8080", false)]
    [InlineData("https://127.8.0.1:8080", false)]
    [InlineData("http://[::1]:8080", false)]
    [InlineData("http://unix:/run/service.sock", false)]
    [InlineData("http://[::]:8080", true)]
    [InlineData("http://0.0.0.0:8080", true)]
    [InlineData("http://*:8080", true)]
    [InlineData("http://192.0.2.7:8080", true)]
    [InlineData("http://[2001:db8::7]:8080", true)]
    [InlineData("http://digits.example:8080", true)]
    public void Only_loopback_is_out_of_the_reach_of_other_machines(string address, bool isBeyond) =>
        Assert.Equal(isBeyond, Listening.IsBeyondLoopback(BindingAddress.Parse(address)));

    [Fact]
    public async Task An_endpoint_of_Kestrel_counts_as_any_address_does()
    {
        int port = ServiceProcess.FreePort();
        await using ServiceProcess service = ServiceProcess.Launch(
            _folder,
            port,
            [],
            ("Kestrel__Endpoints__Public__Url", $"http://*:{port}"),
            ("ASPNETCORE_URLS", "http://127.0.0.1:0")
        );
        Assert.StartsWith("aek_", await service.RunKey());
    }

    [Fact]
    public async Task None_is_made_where_only_this_machine_reaches_the_service_where_keys_are_configured_or_where_there_is_no_page()
    {
        string everywhere = "http://0.0.0.0:0";
        (string, string)[][] settings =
        [
            [("ASPNETCORE_URLS", "http://127.0.0.1:0")],
            [("ASPNETCORE_URLS", everywhere), .. KeyedService.Settings(0, ApiKey.Create(), Role.Reader)],
            .. PostgresServer.IsInstalled
                ?
                [
                    [("ASPNETCORE_URLS", everywhere), .. PostgresServer.Settings(await postgres.NewDatabase(), "worker")],
                ]
                : ((string, string)[][])[],
        ];
        foreach ((string, string)[] setting in settings)
        {
            await using ServiceProcess service = ServiceProcess.Launch(_folder, setting);
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (!service.Output().Contains("Application started", StringComparison.Ordinal))
            {
                await Task.Delay(20, timeout.Token);
            }

            await service.Stop(); // all that it says is said
            Assert.DoesNotContain("aek_", service.Output(), StringComparison.Ordinal);
        }
    }
}
