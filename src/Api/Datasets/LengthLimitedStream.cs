namespace AutoencoderApi.Api.Datasets;

/// <summary>
/// A file of which no more than so much may be read until the bound is lifted. <c>ZipArchive</c> makes an object of every header in the
/// archive's directory, whatever number of entries the archive claims: only by what it has read can it be stopped.
/// </summary>
internal sealed class LengthLimitedStream(FileStream file, long bytes) : Stream
{
    private long _left = bytes;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => file.Length;

    public override long Position { get => file.Position; set => file.Position = value; }

    public void Lift() => _left = long.MaxValue;

    public override int Read(Span<byte> buffer)
    {
        int read = file.Read(buffer);
        _left -= read;
        return _left >= 0 ? read : throw new InvalidDataException("its directory of entries is too long");
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => file.Seek(offset, origin);

    public override void Flush() => file.Flush();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
