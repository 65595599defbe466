using AutoencoderApi.Domain;
using AutoencoderApi.Api.Images;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Domain.Imaging;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using BenchmarkDotNet.Attributes;
using SkiaSharp;

namespace AutoencoderApi.RequestBench;

/// <summary>What a request does beside the network: reads a digit's PNG, draws a figure, writes it.</summary>
[MemoryDiagnoser]
public class ImageParts
{
    private static readonly TileGridOptions s_tiles = new() { Count = 16, Scale = 4 };
    private static readonly ImageDecoder s_decoder = new(new ImageLimits());
    private static readonly RequestMemory s_memory = new(new MemoryBudget(1L << 30), "a benchmark");

    private readonly Canvas _digit = new(DigitPreparation.Side, DigitPreparation.Side, channels: 1);
    private readonly byte[] _png;
    private readonly GrayImage _drawing;
    private readonly FeatureMaps _maps;
    private readonly Canvas _grid;

    public ImageParts()
    {
        ReadOnlySpan<byte> ink = TrainedModel.Digits.Test.Image(0);
        _digit.Draw(ink, DigitPreparation.Side, left: 0, top: 0, scale: 1);
        _png = PngEncoder.Encode(_digit);

        var enlarged = new Canvas(10 * DigitPreparation.Side, 10 * DigitPreparation.Side, channels: 1);
        enlarged.Draw(ink, DigitPreparation.Side, left: 0, top: 0, scale: 10);
        _drawing = new GrayImage(enlarged.Width, enlarged.Height, enlarged.Pixels);

        using Model model = TrainedModel.Of(Architecture.Strided);
        _maps = model.Look(model.Definition.Layers[model.Definition.CodeIndex], TrainedModel.Digit(0));
        _grid = DrawTiles();
    }

    [Benchmark(Description = "read a digit's PNG")]
    public Task Read() => s_decoder.DecodeAsync(_png, channels: 1, s_memory, CancellationToken.None);

    [Benchmark(Description = "prepare a drawing of 280×280 as MNIST was")]
    public Result<PreparedDigit, DigitFault> Prepare() =>
        DigitPreparation.Prepare(new SourceImage(_drawing), new PreparationOptions { Preprocessing = Preprocessing.Mnist });

    [Benchmark(Description = "write a digit's PNG")]
    public byte[] WriteDigit() => PngEncoder.Encode(_digit);

    [Benchmark(Description = "the same by Skia")]
    public byte[] WriteDigitBySkia() => BySkia(_digit);

    [Benchmark(Description = "draw 16 tiles at scale 4")]
    public Canvas DrawTiles() => TileGrid.Render(
        _maps.Values, TileLayout.Of(_maps.Shape.Channels, _maps.Shape.Height, _maps.Shape.Width, s_tiles), s_tiles);

    [Benchmark(Description = "write the tiles' PNG")]
    public byte[] WriteTiles() => PngEncoder.Encode(_grid);

    [Benchmark(Description = "the tiles' by Skia")]
    public byte[] WriteTilesBySkia() => BySkia(_grid);

    private static byte[] BySkia(Canvas canvas)
    {
        using SKImage image = SKImage.FromPixelCopy(
            new SKImageInfo(canvas.Width, canvas.Height, SKColorType.Gray8, SKAlphaType.Opaque),
            canvas.Pixels);
        using SKData png = image.Encode(SKEncodedImageFormat.Png, quality: 100);
        return png.ToArray();
    }
}
