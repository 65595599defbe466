using AutoencoderApi.Api.Store;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Datasets;

/// <summary>Keeps uploads on disk while they arrive, in the store's folder.</summary>
internal sealed class Staging(IOptions<StoreOptions> store)
{
    public const string FolderName = "uploads";

    /// <summary>
    /// A copy of the stream, to be read from its start. The file has lost its name before the first byte comes, so that nothing is left
    /// of it once it is disposed of or its process is killed.
    /// </summary>
    public async Task<FileStream> CopyAsync(Stream source, CancellationToken token)
    {
        string folder = Path.Combine(store.Value.Folder, FolderName);
        Directory.CreateDirectory(folder);
        string path = Path.Combine(folder, Path.GetRandomFileName());
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete);
        try
        {
            File.Delete(path);
            await source.CopyToAsync(file, token);
            file.Position = 0;
            return file;
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }
}
