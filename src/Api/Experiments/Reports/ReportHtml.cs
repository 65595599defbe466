using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace AutoencoderApi.Api.Experiments.Reports;

/// <summary>A report as one HTML page that needs nothing else: its style and its images are within it.</summary>
internal static class ReportHtml
{
    public static readonly string Style = $"{Read("colours.css")}\n{Read("report.css")}";

    /// <summary>The page's content security policy: the one style by its hash, images from within, and nothing else.</summary>
    public static readonly string Policy =
        $"default-src 'none'; img-src data:; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; "
        + $"frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static async Task<string> RenderAsync(Report report, IServiceProvider services)
    {
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var parameters = ParameterView.FromDictionary(new Dictionary<string, object?> { [nameof(ReportPage.Report)] = report });
            return (await renderer.RenderComponentAsync<ReportPage>(parameters)).ToHtmlString();
        });
    }

    public static string Png(byte[] bytes) => $"data:image/png;base64,{Convert.ToBase64String(bytes)}";

    private static string Read(string sheet)
    {
        using var reader = new StreamReader(typeof(ReportHtml).Assembly.GetManifestResourceStream(sheet)!);
        return reader.ReadToEnd();
    }
}
