using AutoencoderApi.Domain.Datasets;
using Xunit;

namespace AutoencoderApi.Tests;

/// <summary>The genuine MNIST, where it is at hand; a test that asks for it in vain is skipped and says why.</summary>
internal static class MnistFolder
{
    private static readonly Lazy<DatasetLoad> s_load = new(() => IdxFolder.Load("mnist", Folder));

    public static Dataset Load()
    {
        Assert.SkipUnless(IsAtHand, $"MNIST is not at hand: set MNIST_FOLDER, or put its IDX files into {Folder}.");
        return Assert.IsType<DatasetLoad.Loaded>(s_load.Value).Dataset;
    }

    public static bool IsAtHand => Directory.Exists(Folder);

    private static string Folder => Environment.GetEnvironmentVariable("MNIST_FOLDER") ?? Path.GetFullPath(Path.Combine(Repository.Root, "../shared/data/mnist"));
}
