using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace AutoencoderApi.Api.Tests.Images;

/// <summary>An animated PNG taken apart as its specification has it: every length, checksum and number is checked on the way.</summary>
/// <param name="Plays">0: for ever.</param>
internal sealed record AnimatedPng(int Plays, IReadOnlyList<(int Milliseconds, byte[] Png)> Frames)
{
    private const int Around = 12; // length, type and checksum of a chunk

    public static AnimatedPng Read(ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> signature = file[..8];
        Assert.Equal("89504E470D0A1A0A", Convert.ToHexString(signature));
        List<(string Type, byte[] Whole)> chunks = Chunks(file[8..]);
        Assert.Equal(["IHDR", "acTL", "fcTL", "IDAT"], chunks.Take(4).Select(chunk => chunk.Type));
        Assert.Equal("IEND", chunks[^1].Type);
        (byte[] header, byte[] control) = (chunks[0].Whole, chunks[1].Whole);
        (int count, int plays) = (Number(control, 0), Number(control, 4));
        Assert.Equal(3 + (2 * count), chunks.Count); // each frame has its fcTL and one chunk of data
        var frames = new List<(int, byte[])>();
        int sequence = 0;
        for (int i = 0; i < count; i++)
        {
            ((string type, byte[] frame), (string dataType, byte[] data)) = (chunks[2 + (2 * i)], chunks[3 + (2 * i)]);
            Assert.Equal("fcTL", type);
            Assert.Equal(sequence++, Number(frame, 0));
            Assert.Equal((Number(header, 0), Number(header, 4), 0, 0),
                (Number(frame, 4), Number(frame, 8), Number(frame, 12), Number(frame, 16)));
            Assert.Equal(i == 0 ? "IDAT" : "fdAT", dataType);
            Assert.True(i == 0 || Number(data, 0) == sequence++);
            int delay = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(8 + 20)),
                perSecond = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(8 + 22));
            byte[] pixels = data[(8 + (i == 0 ? 0 : 4))..^4];
            frames.Add((1_000 * delay / perSecond, [.. signature, .. header, .. Chunk("IDAT", pixels), .. chunks[^1].Whole]));
        }

        return new AnimatedPng(plays, frames);
    }

    private static List<(string Type, byte[] Whole)> Chunks(ReadOnlySpan<byte> rest)
    {
        var chunks = new List<(string, byte[])>();
        while (rest.Length > 0)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(rest);
            byte[] whole = rest[..(Around + length)].ToArray();
            Assert.Equal(Chunk(Encoding.ASCII.GetString(whole, 4, 4), whole.AsSpan(8, length)), whole);
            chunks.Add((Encoding.ASCII.GetString(whole, 4, 4), whole));
            rest = rest[whole.Length..];
        }

        return chunks;
    }

    private static byte[] Chunk(string type, ReadOnlySpan<byte> data)
    {
        byte[] chunk = new byte[Around + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        data.CopyTo(chunk.AsSpan(8));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32.HashToUInt32(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    private static int Number(byte[] chunk, int at) => BinaryPrimitives.ReadInt32BigEndian(chunk.AsSpan(8 + at));
}
