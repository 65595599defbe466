using System.Buffers;
using System.Text;

namespace AutoencoderApi.Training.Export;

/// <summary>A message in the wire format of protocol buffers (protobuf.dev/programming-guides/encoding), written field after field.</summary>
internal sealed class ProtobufMessage
{
    private const int Varint = 0;
    private const int LengthDelimited = 2;

    private readonly List<ReadOnlyMemory<byte>?> _parts = [];
    private ArrayBufferWriter<byte> _bytes = new();
    private long _partsLength;

    /// <summary>What was written, in order; null stands for bytes that are written by whoever sends the message.</summary>
    public IEnumerable<ReadOnlyMemory<byte>?> Parts => [.. _parts, _bytes.WrittenMemory];

    public long Length => _partsLength + _bytes.WrittenCount;

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

    public ProtobufMessage Add(int field, ProtobufMessage value)
    {
        Write(((ulong)field << 3) | LengthDelimited);
        Write((ulong)value.Length);
        foreach (ReadOnlyMemory<byte>? part in value._parts)
        {
            if (part is { } bytes)
            {
                _bytes.Write(bytes.Span);
            }
            else
            {
                Cut();
                _parts.Add(null);
            }
        }

        _partsLength += value._partsLength - value._parts.Sum(part => (long)(part?.Length ?? 0));
        _bytes.Write(value._bytes.WrittenSpan);
        return this;
    }

    /// <summary>Leaves room for bytes that are not here.</summary>
    public ProtobufMessage AddPlace(int field, long length)
    {
        Write(((ulong)field << 3) | LengthDelimited);
        Write((ulong)length);
        Cut();
        _parts.Add(null);
        _partsLength += length;
        return this;
    }

    private void Cut()
    {
        _parts.Add(_bytes.WrittenMemory);
        _partsLength += _bytes.WrittenCount;
        _bytes = new ArrayBufferWriter<byte>();
    }

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
