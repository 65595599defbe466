using AutoencoderApi.Api.Access;
using Microsoft.Extensions.FileProviders;

namespace AutoencoderApi.Api.Page;

/// <summary>The page at <c>/</c> and the files it is made of. Each file is an endpoint, so no path of a request reaches the disk.</summary>
internal static class PageEndpoints
{
    private const string Folder = "page";

    public static void MapPage(this IEndpointRouteBuilder app)
    {
        var files = new PhysicalFileProvider(Path.Combine(AppContext.BaseDirectory, "wwwroot"));
        var options = new StaticFileOptions
        {
            FileProvider = files,
            OnPrepareResponse = file => file.Context.Response.Headers.CacheControl = "no-cache", // asked for again by its ETag, so that all files are of one version
        };
        Map("/", "index.html");
        foreach (IFileInfo file in files.GetDirectoryContents(Folder))
        {
            Map($"/{Folder}/{file.Name}", $"{Folder}/{file.Name}");
        }

        // Open to everybody: the page says nothing of what is stored, and asks for a key where the calls need one.
        void Map(string path, string file) => app.MapFallbackToFile(path, file, options).AllowAnonymous().WithPagePolicy(SecurityHeadersMiddleware.OwnFilesOnly);
    }
}
