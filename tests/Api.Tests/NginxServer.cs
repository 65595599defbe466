using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

/// <summary>An nginx of the tests' own in front of a service, which it shows under a prefix that it takes off the paths.</summary>
internal sealed class NginxServer : IAsyncDisposable
{
    public const string Prefix = "/digits";

    private const string Missing = "nginx is not installed (Debian: nginx-light).";
    private const string Program = "/usr/sbin/nginx";

    private readonly string _folder;
    private readonly Process _process;

    private NginxServer(string folder, Process process, int port)
    {
        (_folder, _process) = (folder, process);
        Http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public HttpClient Http { get; }

    /// <summary>Starts nginx with the settings of docs/deploy.md, and waits until it answers.</summary>
    public static async Task<NginxServer> Start(Uri service)
    {
        StartsProcessesAttribute.Require();
        Assert.SkipUnless(File.Exists(Program), Missing);
        string folder = Directory.CreateTempSubdirectory("autoencoder-nginx-").FullName;
        int port = FreePort();
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), $$"""
            worker_processes 1;
            pid {{folder}}/nginx.pid;
            events { worker_connections 64; }
            http {
              access_log off;
              client_body_temp_path {{folder}}/body;
              proxy_temp_path {{folder}}/proxy;
              fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi;
              scgi_temp_path {{folder}}/scgi;
              server {
                listen 127.0.0.1:{{port}};
                location {{Prefix}}/ {
                  proxy_pass {{service.GetLeftPart(UriPartial.Authority)}}/;
                  proxy_http_version 1.1;
                  proxy_set_header Host $http_host;
                  proxy_set_header X-Forwarded-For $remote_addr;
                  proxy_set_header X-Forwarded-Proto $scheme;
                  proxy_set_header X-Forwarded-Prefix {{Prefix}};
                }
              }
            }
            """);
        var start = new ProcessStartInfo(
            Program, ["-p", folder, "-e", Path.Combine(folder, "error.log"), "-c", "nginx.conf", "-g", "daemon off;"]);
        var server = new NginxServer(folder, Process.Start(start)!, port);
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!await server.Answers(timeout.Token))
        {
            await Task.Delay(20, timeout.Token);
        }

        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        using (Process.Start("kill", ["-TERM", $"{_process.Id}"]))
        {
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> Answers(CancellationToken token)
    {
        try
        {
            using HttpResponseMessage response = await Http.GetAsync($"{Prefix}/health/ready", token);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
