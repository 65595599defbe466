using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using BenchmarkDotNet.Attributes;

namespace AutoencoderApi.RequestBench;

/// <summary>What images that arrive together would gain from going through the network together.</summary>
public class SharedPass
{
    private const int Images = 16;

    private Model? _model;
    private float[] _images = [];
    private int _one;

    [ParamsAllValues]
    public Architecture Network { get; set; }

    [GlobalSetup]
    public void Load()
    {
        _model = TrainedModel.Of(Network);
        _one = _model.Definition.Input.Count;
        _images = [.. Enumerable.Range(0, Images).SelectMany(TrainedModel.Digit)];
    }

    [GlobalCleanup]
    public void Unload() => _model?.Dispose();

    [Benchmark(Description = "16 images, one after another", Baseline = true, OperationsPerInvoke = Images)]
    public void Alone()
    {
        for (int i = 0; i < Images; i++)
        {
            _model!.Reconstruct(_images.AsSpan(i * _one, _one));
        }
    }

    [Benchmark(Description = "16 images in one pass", OperationsPerInvoke = Images)]
    public float[] Together() => _model!.Reconstruct(_images);
}
