namespace AutoencoderApi.Domain.Imaging;

/// <summary>A figure being rendered: 1 byte (grey) or 3 (red, green, blue) a pixel, row by row.</summary>
public sealed class Canvas
{
    /// <summary>Between tiles. Lighter than black, so that a tile that is black all over still shows.</summary>
    public const byte GapGray = 64;

    public Canvas(int width, int height, int channels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (channels is not (1 or 3))
        {
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "A canvas is grey (1) or in colour (3).");
        }

        (Width, Height, Channels) = (width, height, channels);
        Pixels = new byte[checked(width * height * channels)];
        Pixels.AsSpan().Fill(GapGray);
    }

    public int Width { get; }

    public int Height { get; }

    public int Channels { get; }

    public byte[] Pixels { get; }

    /// <summary>Renders a tile, each of its pixels as a square of <paramref name="scale"/>, from (left, top) on.</summary>
    /// <param name="tile">Height × width × channels bytes.</param>
    public void Draw(ReadOnlySpan<byte> tile, int tileWidth, int left, int top, int scale)
    {
        int rowBytes = tileWidth * Channels;
        for (int y = 0; y < tile.Length / rowBytes; y++)
        {
            Span<byte> first = Row(left, top + y * scale, tileWidth * scale);
            Stretch(tile.Slice(y * rowBytes, rowBytes), scale, first);
            for (int copy = 1; copy < scale; copy++)
            {
                first.CopyTo(Row(left, top + y * scale + copy, tileWidth * scale));
            }
        }
    }

    private Span<byte> Row(int left, int y, int width) => Pixels.AsSpan((y * Width + left) * Channels, width * Channels);

    private void Stretch(ReadOnlySpan<byte> source, int scale, Span<byte> target)
    {
        if (Channels == 1)
        {
            for (int i = 0; i < source.Length; i++)
            {
                target.Slice(i * scale, scale).Fill(source[i]);
            }

            return;
        }

        for (int i = 0; i < target.Length; i += Channels)
        {
            source.Slice(i / (scale * Channels) * Channels, Channels).CopyTo(target[i..]);
        }
    }
}
