using AutoencoderApi.Api.Access;
using Microsoft.AspNetCore.StaticFiles;

namespace AutoencoderApi.Api.Page;

/// <summary>The page at <c>/</c> and the files it is made of. Each file is an endpoint, so no path of a request reaches the disk.</summary>
internal static class PageEndpoints
{
    private const string Folder = "page";

    private static readonly string[] s_methods = [HttpMethods.Get, HttpMethods.Head];

    public static void MapPage(this IEndpointRouteBuilder app)
    {
        string root = Path.Combine(AppContext.BaseDirectory, "wwwroot");
        var types = new FileExtensionContentTypeProvider();
        Map("/", Path.Combine(root, "index.html"));
        foreach (string path in Directory.EnumerateFiles(Path.Combine(root, Folder)))
        {
            Map($"/{Folder}/{Path.GetFileName(path)}", path);
        }

        // Open to everybody: the page says nothing of what is stored, and asks for a key where the calls need one.
        void Map(string route, string path)
        {
            var file = new PageFile(File.ReadAllBytes(path), types.Mappings[Path.GetExtension(path)]);
            app.MapMethods(route, s_methods, file.SendAsync)
                .AllowAnonymous()
                .ExcludeFromDescription()
                .WithPagePolicy(SecurityHeadersMiddleware.OwnFilesOnly);
        }
    }
}
