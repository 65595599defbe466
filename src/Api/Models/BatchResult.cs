using System.Buffers;
using System.Runtime.InteropServices;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Domain.Numerics;
using AutoencoderApi.Training;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

/// <summary>Copies the inputs of whole items, from number <paramref name="first"/> on.</summary>
internal delegate void ReadItems(int first, Span<float> items);

/// <summary>
/// Answers with an NPY file [N, C, H, W] of float32 whose items are computed while it is sent, some at a time: a batch of any size takes
/// the memory of one such pass.
/// </summary>
internal sealed class BatchResult : IResult
{
    private const int PassBytes = 4 << 20; // of what a pass holds: inputs, the outputs of all layers, and those that are being sent
    private const int MaxPerPass = 256;
    private const int MinPerShare = 8; // items; fewer are not worth another processor

    private readonly Model _model;
    private readonly int? _layer;
    private readonly int _count;
    private readonly ReadItems _read;
    private readonly string _name;

    /// <param name="layer">The number of the layer whose outputs are wanted of images; null where codes are decoded.</param>
    private BatchResult(Model model, int? layer, int count, ReadItems read, string name)
    {
        (_model, _layer, _count, _read, _name) = (model, layer, count, read, name);
        NetworkDefinition definition = model.Definition;
        (Input, Output) = layer is { } index
            ? (definition.Input, definition.Layers[index].Output)
            : (definition.CodeShape, definition.Input);
        IEnumerable<Layer> computed = layer is { } last
            ? definition.Layers.Take(last + 1)
            : definition.Layers.Skip(definition.CodeIndex + 1);
        BytesPerItem = sizeof(float) * (Input.Count + Output.Count + computed.Sum(each => (long)each.Output.Count));
        PerPass = (int)Math.Min(count, Math.Clamp(PassBytes / BytesPerItem, 1, MaxPerPass));
    }

    private TensorShape Input { get; }

    private TensorShape Output { get; }

    private long BytesPerItem { get; }

    private int PerPass { get; }

    /// <summary>
    /// The layer's outputs for so many images, for which the request's memory is taken; or the problem that there is none.
    /// </summary>
    /// <param name="model">There until the answer is sent.</param>
    /// <param name="name">Of the file.</param>
    public static Result<BatchResult, ProblemHttpResult> OfLayer(
        HttpContext context, Model model, int layer, int count, ReadItems read, string name) =>
        Taking(context, new BatchResult(model, layer, count, read, name));

    /// <summary>The images of so many codes; as <see cref="OfLayer"/>.</summary>
    public static Result<BatchResult, ProblemHttpResult> OfCodes(HttpContext context, Model model, BatchInput codes) =>
        Taking(context, new BatchResult(model, layer: null, codes.Count, codes.CopyTo, "decoded.npy"));

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        (HttpResponse response, CancellationToken token) = (httpContext.Response, httpContext.RequestAborted);
        byte[] header = NpyFile.Header(NpyType.F4, [_count, .. Output.ToArray()]);
        int size = Output.Count * sizeof(float);
        response.ContentType = CodeInputReader.NpyType;
        response.ContentLength = header.Length + ((long)_count * size);
        response.Headers.ContentDisposition = $"attachment; filename={_name}";
        if (HttpMethods.IsHead(httpContext.Request.Method))
        {
            return;
        }

        await response.Body.WriteAsync(header, token);
        float[] inputs = ArrayPool<float>.Shared.Rent(PerPass * Input.Count);
        byte[][] outputs = [ArrayPool<byte>.Shared.Rent(PerPass * size), ArrayPool<byte>.Shared.Rent(PerPass * size)];
        Task write = Task.CompletedTask;
        try
        {
            for (int first = 0, pass = 0; first < _count; first += PerPass, pass++)
            {
                token.ThrowIfCancellationRequested();
                (int some, byte[] output) = (Math.Min(PerPass, _count - first), outputs[pass % 2]);
                Compute(first, some, inputs, output); // while the pass before is being sent
                await write;
                write = response.Body.WriteAsync(output.AsMemory(0, some * size), token).AsTask();
            }

            await write;
        }
        finally
        {
            await write.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            ArrayPool<float>.Shared.Return(inputs);
            Array.ForEach(outputs, output => ArrayPool<byte>.Shared.Return(output));
        }
    }

    private static Result<BatchResult, ProblemHttpResult> Taking(HttpContext context, BatchResult result) =>
        context.Memory().Take(result.PerPass * result.BytesPerItem) is { } full ? full : result;

    /// <summary>Computes so many items, a share on each processor; what an item gives does not depend on its share.</summary>
    private void Compute(int first, int some, float[] inputs, byte[] outputs)
    {
        int shares = Math.Clamp(some / MinPerShare, 1, Environment.ProcessorCount);
        Parallel.For(0, shares, ComputeTaskScheduler.Options(shares), share =>
        {
            int begin = share * some / shares, items = ((share + 1) * some / shares) - begin;
            Span<float> values = MemoryMarshal.Cast<byte, float>(outputs.AsSpan()).Slice(begin * Output.Count, items * Output.Count);
            Span<float> taken = inputs.AsSpan(begin * Input.Count, items * Input.Count);
            _read(first + begin, taken);
            if (_layer is { } layer)
            {
                _model.RunBatch(taken, layer, values);
            }
            else
            {
                _model.DecodeBatch(taken, values);
            }
        });
    }
}
