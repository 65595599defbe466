using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace AutoencoderApi.Training.Runs;

public static class InstructionSet
{
    /// <summary>The widest vector instructions here, on which the choice of kernels, and so the last bits, depend.</summary>
    public static readonly string Current =
        Avx512BW.IsSupported ? "avx512" : Avx2.IsSupported ? "avx2" : AdvSimd.IsSupported ? "neon" : "base";
}
