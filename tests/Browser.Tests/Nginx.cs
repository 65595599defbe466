using System.Diagnostics;
using AutoencoderApi.Api.Tests;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Browser.Tests;

/// <summary>The nginx of the system before a service, which it shows under a path prefix.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private const string Program = "/usr/sbin/nginx";
    private const string Prefix = "/lab";

    private readonly string _folder;
    private readonly Process _process;

    private Nginx(string folder, Process process, string url) => (_folder, _process, Url) = (folder, process, url);

    /// <summary>Address of the service behind it.</summary>
    public string Url { get; }

    /// <param name="service">Address of the service.</param>
    public static async Task<Nginx> Start(string service)
    {
        StartsProcessesAttribute.Require();
        Assert.SkipUnless(File.Exists(Program), "nginx is missing: ./test installs it where it may.");
        string folder = Directory.CreateTempSubdirectory("autoencoder-nginx-").FullName;
        int port = ServiceProcess.FreePort();
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), Configuration(folder, port, service));
        Process process = Process.Start(Program, ["-p", folder, "-c", Path.Combine(folder, "nginx.conf"), "-e", "stderr"]);
        var nginx = new Nginx(folder, process, $"http://127.0.0.1:{port}{Prefix}");
        await nginx.Ready();
        return nginx;
    }

    public async ValueTask DisposeAsync()
    {
        Process.Start("kill", ["-QUIT", _process.Id.ToString(null as IFormatProvider)]).WaitForExit(); // its worker ends with it
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Configuration(string folder, int port, string service) =>
        $$"""
        daemon off;
        pid {{folder}}/pid;
        worker_processes 1;
        events {}
        http {
            access_log off;
            client_body_temp_path {{folder}};
            proxy_temp_path {{folder}};
            fastcgi_temp_path {{folder}};
            uwsgi_temp_path {{folder}};
            scgi_temp_path {{folder}};
            server {
                listen 127.0.0.1:{{port}};
                location {{Prefix}}/ {
                    proxy_pass {{service}};
                    proxy_set_header Host $http_host;
                    proxy_set_header X-Forwarded-For $remote_addr;
                    proxy_set_header X-Forwarded-Proto $scheme;
                    proxy_set_header X-Forwarded-Prefix {{Prefix}};
                }
            }
        }
        """;

    private async Task Ready()
    {
        using var http = new HttpClient();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            Assert.False(_process.HasExited, "nginx ended.");
            try
            {
                using HttpResponseMessage response = await http.GetAsync($"{Url}/health/live", timeout.Token);
                response.EnsureSuccessStatusCode();
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(20, timeout.Token);
            }
        }
    }
}
