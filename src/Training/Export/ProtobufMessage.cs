using System.Buffers;
using System.Text;

namespace AutoencoderApi.Training.Export;

/// <summary>A message in the wire format of protocol buffers (protobuf.dev/programming-guides/encoding), written field after field.</summary>
internal sealed class ProtobufMessage
{
    private const int Varint = 0;
    private const int LengthDelimited = 2;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    public ProtobufMessage Add(int field, long value)
    {
        Write(((ulong)field << 3) | Varint);
        Write((ulong)value);
        return this;
    }

    /// <summary>A repeated field of numbers, each with a tag of its own: what every reader takes.</summary>
    public ProtobufMessage Add(int field, IEnumerable<long> values)
    {
        foreach (long value in values)
        {
            Add(field, value);
        }

        return this;
    }

    public ProtobufMessage Add(int field, ReadOnlySpan<byte> value)
    {
        Write(((ulong)field << 3) | LengthDelimited);
        Write((ulong)value.Length);
        _bytes.Write(value);
        return this;
    }

    public ProtobufMessage Add(int field, string value) => Add(field, Encoding.UTF8.GetBytes(value).AsSpan());

    public ProtobufMessage Add(int field, ProtobufMessage value) => Add(field, value.Bytes);

    /// <summary>Seven bits a byte, the low ones first; the eighth says that more follow.</summary>
    private void Write(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            _bytes.Write([(byte)(value | 0x80)]);
        }

        _bytes.Write([(byte)value]);
    }
}
