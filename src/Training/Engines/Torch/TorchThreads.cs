using TorchSharp;

namespace AutoencoderApi.Training.Engines.Torch;

/// <summary>How many threads libtorch's kernels use when called from the current thread.</summary>
internal static class TorchThreads
{
    /// <summary>
    /// OpenMP keeps the count per calling thread, and libtorch copies its process-wide value into a thread at that thread's
    /// first parallel call. Asking first makes that copy happen now, so that it cannot undo the setting later.
    /// </summary>
    public static void Use(int threads)
    {
        if (torch.get_num_threads() != threads)
        {
            torch.set_num_threads(threads);
        }
    }
}
