using System.Runtime.InteropServices;

namespace AutoencoderApi.Api.Startup;

/// <summary>The user that the process runs as, by name and number: a container's volumes know numbers only.</summary>
internal static class ProcessUser
{
    public static string Description => $"user {Environment.UserName} (id {EffectiveId()})";

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint EffectiveId();
}
