using AutoencoderApi.Api.Models;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;

namespace AutoencoderApi.Api.Films;

/// <summary>How the frames of one figure are shown: pictures of one size, rendered once the values of all frames are known.</summary>
internal abstract class FrameImages
{
    private const int UsualWidth = 112; // pixels: four for each of a digit's 28

    public abstract int Width { get; }

    public abstract int Height { get; }

    public abstract int Channels { get; }

    /// <summary>How many numbers are kept of each frame.</summary>
    public abstract long Values { get; }

    /// <summary>What the network is given, where that is worth a picture; else null.</summary>
    public virtual Canvas? Input => null;

    public abstract float[] Look(Model frame);

    /// <param name="looks">What <see cref="Look"/> gave of each frame.</param>
    public abstract IEnumerable<Canvas> Render(IReadOnlyList<float[]> looks);

    /// <param name="width">Of a picture whose values are one pixel wide.</param>
    protected static int ScaleFor(long width) => (int)Math.Clamp(Math.Round((double)UsualWidth / width), 1, TileGridOptions.MaxScale);

    /// <summary>Reconstructions of one image.</summary>
    /// <param name="shape">Of the image.</param>
    /// <param name="input">What the network is given.</param>
    /// <param name="isPair">Whether the input stands left of each reconstruction.</param>
    internal sealed class Reconstructions(TensorShape shape, float[] input, int? scale, bool isPair) : FrameImages
    {
        private const int Gap = 2;

        private readonly int _scale = scale ?? ScaleFor(shape.Width);

        public override int Width => (isPair ? 2 : 1) * shape.Width * _scale + (isPair ? Gap : 0);

        public override int Height => shape.Height * _scale;

        public override int Channels => shape.Channels;

        public override long Values => shape.Count;

        public override Canvas? Input => isPair ? null : ImageMontage.Enlarged(Of(input), _scale);

        public override float[] Look(Model frame) => frame.Reconstruct(input);

        public override IEnumerable<Canvas> Render(IReadOnlyList<float[]> looks) => looks.Select(look => isPair
            ? ImageMontage.Pair(Of(input), Of(look), _scale, Gap)
            : ImageMontage.Enlarged(Of(look), _scale));

        private InterleavedImage Of(float[] values) => InterleavedImage.FromUnit(shape, values);
    }

    /// <summary>Tiles of a layer, of all frames on one scale of grey or colour.</summary>
    /// <param name="look">All maps of a frame, of which the options choose some.</param>
    /// <param name="maps">How many there are, and their size.</param>
    internal sealed class Tiles(Func<Model, float[]> look, TensorShape maps, TileGridOptions options, int? scale) : FrameImages
    {
        private readonly TileLayout _layout = LayoutOf(maps, options, scale);

        public override int Width => (int)_layout.Width;

        public override int Height => (int)_layout.Height;

        public override int Channels => options.Palette == TilePalette.Gray ? 1 : 3;

        public override long Values => (long)_layout.Count * Size;

        private int Size => maps.Height * maps.Width;

        public override float[] Look(Model frame) => look(frame).AsSpan(options.First * Size, _layout.Count * Size).ToArray();

        public override IEnumerable<Canvas> Render(IReadOnlyList<float[]> looks)
        {
            MapStatistics[] each = [.. looks.Select(values => MapStatistics.Of(0, values))];
            var common = new MapStatistics(0, each.Min(one => one.Min), each.Max(one => one.Max), Mean: 0, Silent: false);
            TileGridOptions shown = options with { First = 0, Count = _layout.Count };
            return looks.Select(values => TileGrid.Render(values, _layout, shown, common));
        }

        private static TileLayout LayoutOf(TensorShape maps, TileGridOptions options, int? scale)
        {
            TileLayout layout = TileLayout.Of(maps.Channels, maps.Height, maps.Width, options with { Scale = 1 });
            return layout with { Scale = scale ?? ScaleFor(layout.Width) };
        }
    }
}
