using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Datasets;
using Xunit;

namespace AutoencoderApi.Tests;

/// <summary>The genuine MNIST, where it is at hand; a test that asks for it in vain is skipped and says why.</summary>
internal static class MnistFolder
{
    private static readonly string? s_folder = Environment.GetEnvironmentVariable("MNIST_FOLDER");
    private static readonly Lazy<Result<Dataset, string>> s_load = new(() => IdxFolder.Load("mnist", Path));

    public static bool IsAtHand => s_folder is not null && IdxFolder.Missing(s_folder).Count == 0;

    public static string Path
    {
        get
        {
            Assert.SkipUnless(IsAtHand, "MNIST is not at hand: set MNIST_FOLDER to a folder with its four IDX files.");
            return s_folder!;
        }
    }

    public static Dataset Load() => s_load.Value.Value();
}
