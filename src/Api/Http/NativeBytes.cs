using System.Buffers;
using System.Runtime.InteropServices;

namespace AutoencoderApi.Api.Http;

/// <summary>
/// Bytes outside of the collected heap, gone as soon as they are disposed of. Bodies of 33 MB as arrays would stay until the next full
/// collection, which a process of 1 GB may not live to see.
/// </summary>
internal sealed unsafe class NativeBytes : MemoryManager<byte>
{
    private byte* _bytes;
    private int _length;

    public int Length => _length;

    /// <summary>
    /// Makes room for <paramref name="length"/> bytes and keeps those that are there. No span of before may be used
    /// after.
    /// </summary>
    public void Resize(int length)
    {
        (int before, _length) = (_length, length);
        _bytes = (byte*)NativeMemory.Realloc(_bytes, (nuint)length);
        GC.AddMemoryPressure(length);
        Unpress(before);
    }

    public override Span<byte> GetSpan() => new(_bytes, _length);

    /// <summary>Nothing moves here.</summary>
    public override MemoryHandle Pin(int elementIndex = 0) => new(_bytes + elementIndex, pinnable: this);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (_bytes != null)
        {
            NativeMemory.Free(_bytes);
            Unpress(_length);
            _bytes = null;
            _length = 0;
        }
    }

    private static void Unpress(int length)
    {
        if (length > 0)
        {
            GC.RemoveMemoryPressure(length);
        }
    }
}
