using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using BenchmarkDotNet.Attributes;

namespace AutoencoderApi.RequestBench;

/// <summary>What pictures that arrive together would gain from going through the network together.</summary>
public class SharedPass
{
    private const int Pictures = 16;

    private Model? _model;
    private float[] _pictures = [];
    private int _one;

    [ParamsAllValues]
    public Architecture Network { get; set; }

    [GlobalSetup]
    public void Load()
    {
        _model = TrainedModel.Of(Network);
        _one = _model.Plan.Input.Count;
        _pictures = [.. Enumerable.Range(0, Pictures).SelectMany(TrainedModel.Digit)];
    }

    [GlobalCleanup]
    public void Unload() => _model?.Dispose();

    [Benchmark(Description = "16 pictures, one after another", Baseline = true, OperationsPerInvoke = Pictures)]
    public void Alone()
    {
        for (int i = 0; i < Pictures; i++)
        {
            _model!.Reconstruct(_pictures.AsSpan(i * _one, _one));
        }
    }

    [Benchmark(Description = "16 pictures in one pass", OperationsPerInvoke = Pictures)]
    public float[] Together() => _model!.Reconstruct(_pictures);
}
