using System.Runtime.CompilerServices;

namespace AutoencoderApi.Training.Kernels;

/// <summary>
/// Floats, zero at first, that begin at a cache line and do not move: their pointer is right as long as this object lives.
/// </summary>
internal sealed unsafe class AlignedFloats
{
    private const int Alignment = 64; // bytes: a cache line, and one vector

    private readonly float[] _memory;

    public AlignedFloats(int length)
    {
        Length = length;
        _memory = GC.AllocateArray<float>(length + (Alignment / sizeof(float)), pinned: true);
        var start = (float*)Unsafe.AsPointer(ref _memory[0]);
        Data = start + (((Alignment - ((nint)start % Alignment)) % Alignment) / sizeof(float));
    }

    public int Length { get; }

    public float* Data { get; }

    public Span<float> Span => new(Data, Length);
}
