namespace AutoencoderApi.Faults.Tests;

/// <summary>
/// A wall clock that is off, for one process; its monotonic clock, which waits and leases are timed by, is right
/// (libfaketime).
/// </summary>
/// <param name="Offset">As libfaketime takes it: "+1h", "-1h".</param>
internal sealed record WrongClock(string Offset)
{
    private static readonly string? s_library = Directory.Exists("/usr/lib")
        ? Directory
            .EnumerateFiles("/usr/lib", "libfaketime.so.1", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 })
            .FirstOrDefault()
        : null;

    public static bool IsInstalled => s_library is not null;

    public IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        new("LD_PRELOAD", s_library!),
        new("FAKETIME", Offset),
        new("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
        new("FAKETIME_FORCE_MONOTONIC_FIX", "0"),
    ];
}
