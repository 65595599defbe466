using System.Runtime.InteropServices;

namespace AutoencoderApi.Api.Startup;

internal static unsafe class NativeHeap
{
    private const int MmapThreshold = -3; // glibc's M_MMAP_THRESHOLD
    private const int LargeBytes = 1 << 20;

    /// <summary>
    /// Lets glibc take each large block from the system and give it back when it is freed. By default glibc keeps blocks of up to 32 MB
    /// once one of that size was freed: a service that took ten batches of 31 MB kept 250 MB (mallopt(3)). Another C library has no such
    /// habit, and no such function.
    /// </summary>
    public static void ReturnLargeBlocks()
    {
        if (NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, "mallopt", out nint mallopt))
        {
            ((delegate* unmanaged<int, int, int>)mallopt)(MmapThreshold, LargeBytes);
        }
    }
}
