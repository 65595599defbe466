using System.Text;
using AutoencoderApi.Api.Access;
using Microsoft.AspNetCore.StaticFiles;

namespace AutoencoderApi.Api.Page;

/// <summary>
/// The page at <c>/</c>, and its script, style sheet and icon. Each is an endpoint, so no path of a request reaches the disk.
/// </summary>
internal static class PageEndpoints
{
    private static readonly string[] s_methods = [HttpMethods.Get, HttpMethods.Head];

    public static void MapPage(this IEndpointRouteBuilder app)
    {
        string root = Path.Combine(AppContext.BaseDirectory, "wwwroot"), folder = Path.Combine(root, "page");
        var types = new FileExtensionContentTypeProvider();
        Map("/", "index.html", File.ReadAllText(Path.Combine(root, "index.html")));
        Map("/page/app.js", "app.js", PageSource.Script(folder, "app.js"));
        Map("/page/page.css", "page.css", PageSource.StyleSheet(folder, "page.css"));
        Map("/page/icon.svg", "icon.svg", File.ReadAllText(Path.Combine(folder, "icon.svg")));

        // Open to everybody: the page says nothing of what is stored, and asks for a key where the calls need one.
        void Map(string route, string name, string content)
        {
            var file = new PageFile(Encoding.UTF8.GetBytes(content), types.Mappings[Path.GetExtension(name)]);
            app.MapMethods(route, s_methods, file.SendAsync)
                .AllowAnonymous()
                .ExcludeFromDescription()
                .WithPagePolicy(SecurityHeadersMiddleware.OwnFilesOnly);
        }
    }
}
