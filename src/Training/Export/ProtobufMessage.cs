using System.Buffers;
using Google.Protobuf;
using static Google.Protobuf.WireFormat;

namespace AutoencoderApi.Training.Export;

/// <summary>A protocol buffers message, written field after field, with places for bytes that are written by whoever sends it.</summary>
internal sealed class ProtobufMessage
{
    private const int FieldBytes = 64; // of most fields; longer ones go through in pieces

    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly List<(int Position, long Length)> _places = [];

    /// <summary>What was written, in order; null stands for the bytes of a place.</summary>
    public IEnumerable<ReadOnlyMemory<byte>?> Parts
    {
        get
        {
            int start = 0;
            foreach ((int position, _) in _places)
            {
                yield return _bytes.WrittenMemory[start..position];
                yield return null;
                start = position;
            }

            yield return _bytes.WrittenMemory[start..];
        }
    }

    public long Length => _bytes.WrittenCount + _places.Sum(place => place.Length);

    public ProtobufMessage Add(int field, long value) => Write(field, WireType.Varint, output => output.WriteInt64(value));

    /// <summary>A repeated field of numbers, each with a tag of its own: what every reader takes.</summary>
    public ProtobufMessage Add(int field, IEnumerable<long> values) =>
        values.Aggregate(this, (message, value) => message.Add(field, value));

    public ProtobufMessage Add(int field, ReadOnlySpan<byte> value)
    {
        ByteString bytes = ByteString.CopyFrom(value);
        return Write(field, WireType.LengthDelimited, output => output.WriteBytes(bytes));
    }

    public ProtobufMessage Add(int field, string value) => Write(field, WireType.LengthDelimited, output => output.WriteString(value));

    public ProtobufMessage Add(int field, ProtobufMessage value)
    {
        Write(field, WireType.LengthDelimited, output => output.WriteInt64(value.Length));
        _places.AddRange(value._places.Select(place => (_bytes.WrittenCount + place.Position, place.Length)));
        _bytes.Write(value._bytes.WrittenSpan);
        return this;
    }

    /// <summary>Leaves room for bytes that are not here.</summary>
    public ProtobufMessage AddPlace(int field, long length)
    {
        Write(field, WireType.LengthDelimited, output => output.WriteInt64(length));
        _places.Add((_bytes.WrittenCount, length));
        return this;
    }

    private ProtobufMessage Write(int field, WireType type, Action<CodedOutputStream> writeValue)
    {
        using var bytes = new MemoryStream();
        using (var output = new CodedOutputStream(bytes, FieldBytes, leaveOpen: true))
        {
            output.WriteTag(field, type);
            writeValue(output);
        }

        _bytes.Write(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        return this;
    }
}
