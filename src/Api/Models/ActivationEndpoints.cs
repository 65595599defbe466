using System.Runtime.InteropServices;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Errors;
using AutoencoderApi.Api.OpenApi;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Training;
using Microsoft.AspNetCore.Http.HttpResults;

namespace AutoencoderApi.Api.Models;

/// <summary>One input of a unit.</summary>
/// <param name="Channel">Channel in the layer's input.</param>
/// <param name="Row">Row in the layer's input.</param>
/// <param name="Column">Column in the layer's input.</param>
/// <param name="Value">Value of the input.</param>
/// <param name="Weight">Weight of the input; in pooling and unpooling 1 at the source of the value, else 0.</param>
/// <param name="Product">value · weight.</param>
internal sealed record UnitTermResponse(int Channel, int Row, int Column, float Value, float Weight, double Product);

/// <summary>A rectangle of pixels.</summary>
/// <param name="Top">First row, from 0.</param>
/// <param name="Left">First column, from 0.</param>
/// <param name="Height">Number of rows.</param>
/// <param name="Width">Number of columns.</param>
internal sealed record FieldResponse(int Top, int Left, int Height, int Width)
{
    public static FieldResponse Of(UnitField field) => new(field.Top, field.Left, field.Height, field.Width);
}

/// <summary>How one value of a layer came about: activation(Σ product + bias).</summary>
/// <param name="Value">The unit's value, as in <c>activations</c>.</param>
/// <param name="Activation">What is done to the sum.</param>
/// <param name="PreActivation">Sum of the products and the bias.</param>
/// <param name="Bias">Bias of the unit; 0 where it has none.</param>
/// <param name="Terms">
/// In a convolution the taps of the unit's window, in a transposed convolution the inputs that reach the unit, each with its own tap, in a
/// linear layer all inputs, in pooling and unpooling the block.
/// </param>
/// <param name="ReceptiveField">Pixels of the image that the value can depend on.</param>
/// <param name="ProjectiveField">Pixels of the reconstruction that can depend on the value.</param>
internal sealed record UnitResponse(
    float Value,
    Activation Activation,
    double PreActivation,
    float Bias,
    UnitTermResponse[] Terms,
    FieldResponse ReceptiveField,
    FieldResponse ProjectiveField);

internal static class ActivationEndpoints
{
    private const string SafetensorsType = "application/octet-stream";

    public static void MapActivations(this IEndpointRouteBuilder app)
    {
        RouteGroupBuilder checkpoint = app.MapModelInspection("/v1/checkpoints/{reference}");
        checkpoint.MapGet("activations", FromDataset)
            .WithName("activateFromDataset")
            .WithSummary("Every layer's values for an image of a data set")
            .ProducesActivations()
            .ProducesProblems(ImageInputReader.DatasetRefusals);
        checkpoint.MapPost("activations", FromUpload)
            .WithName("activateUpload")
            .WithSummary("Every layer's values for an uploaded image")
            .AcceptsImage()
            .WithMetadata(new OneBodyMetadata())
            .ProducesActivations();
        RouteGroupBuilder unit = app.MapModelInspection("/v1/checkpoints/{reference}/layers/{layer}/units/{channel}/{row}/{column}");
        unit.MapGet("", UnitFromDataset)
            .WithName("explainUnitFromDataset")
            .WithSummary("How one value of a layer came about, for an image of a data set")
            .ProducesUnit()
            .ProducesProblems(ImageInputReader.DatasetRefusals);
        unit.MapPost("", UnitOfUpload)
            .WithName("explainUnitOfUpload")
            .WithSummary("How one value of a layer came about, for an uploaded image")
            .AcceptsImage()
            .WithMetadata(new OneBodyMetadata())
            .ProducesUnit();
    }

    private static RouteHandlerBuilder ProducesActivations(this RouteHandlerBuilder endpoint) => endpoint
        .Produces(200, contentType: SafetensorsType)
        .Answers(
            200,
            "A safetensors file: `input`, each layer's name [C, H, W] as float32, and for each pooling `{layer}.switches` as uint8.")
        .ProducesProblems(ProblemType.Unprocessable);

    private static RouteHandlerBuilder ProducesUnit(this RouteHandlerBuilder endpoint) => endpoint
        .Produces<UnitResponse>()
        .Answers(200, "The unit.")
        .ProducesProblems(ProblemType.LayerNotFound, ProblemType.UnitNotFound);

    /// <param name="unpooling">In place of the network's own, with the same weights; for networks that pool.</param>
    private static async Task<IResult> FromDataset(
        string reference, ModelCache models, ImageInputReader images, HttpContext context, CancellationToken token,
        [OneOf<Unpooling>] string? unpooling = null, string? dataset = null, [Split] string split = "test", int index = 0)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        using (lease)
        {
            TensorShape shape = lease.Model.Definition.Input;
            return (await images.FromDatasetAsync(shape, dataset, split, index, context.User, token)).TryGet(
                out ImageInput? image,
                out problem)
                ? Show(lease.Model, image, unpooling)
                : problem;
        }
    }

    /// <param name="unpooling">In place of the network's own, with the same weights; for networks that pool.</param>
    private static async Task<IResult> FromUpload(
        string reference, [AsParameters] UploadQuery upload, ModelCache models, ImageInputReader images, HttpContext context,
        CancellationToken token, [OneOf<Unpooling>] string? unpooling = null)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        using (lease)
        {
            return (await images.FromUploadAsync(context.Request, lease.Model, upload, token)).TryGet(out ImageInput? image, out problem)
                ? Show(lease.Model, image, unpooling)
                : problem;
        }
    }

    /// <param name="channel">Channel of the unit, from 0.</param>
    /// <param name="row">Row of the unit, from 0.</param>
    /// <param name="column">Column of the unit, from 0.</param>
    private static async Task<IResult> UnitFromDataset(
        string reference, string layer, int channel, int row, int column, ModelCache models, ImageInputReader images, HttpContext context,
        CancellationToken token, string? dataset = null, [Split] string split = "test", int index = 0)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        using (lease)
        {
            TensorShape shape = lease.Model.Definition.Input;
            return Find(lease.Model, layer, (channel, row, column)).TryGet(out Unit? unit, out problem)
                && (await images.FromDatasetAsync(shape, dataset, split, index, context.User, token)).TryGet(
                    out ImageInput? image,
                    out problem)
                ? Explain(lease.Model, unit, image)
                : problem;
        }
    }

    /// <param name="channel">Channel of the unit, from 0.</param>
    /// <param name="row">Row of the unit, from 0.</param>
    /// <param name="column">Column of the unit, from 0.</param>
    private static async Task<IResult> UnitOfUpload(
        string reference, string layer, int channel, int row, int column, [AsParameters] UploadQuery upload, ModelCache models,
        ImageInputReader images, HttpContext context, CancellationToken token)
    {
        if (!(await models.OpenAsync(reference, token)).TryGet(out ModelCache.Lease? lease, out ProblemHttpResult? problem))
        {
            return problem;
        }

        using (lease)
        {
            return Find(lease.Model, layer, (channel, row, column)).TryGet(out Unit? unit, out problem)
                && (await images.FromUploadAsync(context.Request, lease.Model, upload, token)).TryGet(out ImageInput? image, out problem)
                ? Explain(lease.Model, unit, image)
                : problem;
        }
    }

    private static IResult Show(Model model, ImageInput image, string? unpooling)
    {
        Unpooling? other = unpooling is null ? null : JsonConventions.Parse<Unpooling>(unpooling);
        return model.Activate(image.Values, other).TryGet(out Activations? activations, out string? fault)
            ? TypedResults.File(ToSafetensors(activations), SafetensorsType, "activations.safetensors")
            : Problems.Unprocessable($"unpooling: {fault}");
    }

    /// <summary>Bytes stand behind the floats, so that these are aligned.</summary>
    private static byte[] ToSafetensors(Activations activations)
    {
        IReadOnlyList<Layer> layers = activations.Definition.Layers;
        return Safetensors.Write(
            [],
            [
                Floats("input", activations.Definition.Input, activations.Image),
                .. layers.Select((layer, i) => Floats(layer.Name, layer.Output, activations.Outputs[i])),
                .. layers.Index()
                    .Where(layer => layer.Item is Layer.MaxPool)
                    .Select(layer => new NamedTensor(
                        $"{layer.Item.Name}.switches", layer.Item.Output.ToArray(), activations.Switches(layer.Index), Safetensors.U8)),
            ]);

        static NamedTensor Floats(string name, TensorShape shape, float[] values) =>
            new(name, shape.ToArray(), MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }

    private static Result<Unit, ProblemHttpResult> Find(Model model, string name, (int Channel, int Row, int Column) place)
    {
        NetworkDefinition definition = model.Definition;
        if (definition.Find(name) is not { } layer)
        {
            return Problems.LayerNotFound(name, definition.Layers.Select(each => each.Name));
        }

        TensorShape shape = layer.Output;
        bool isInside = (uint)place.Channel < shape.Channels && (uint)place.Row < shape.Height && (uint)place.Column < shape.Width;
        return isInside
            ? new Unit(definition.IndexOf(name), place)
            : Problems.UnitNotFound(name, shape);
    }

    private static Ok<UnitResponse> Explain(Model model, Unit unit, ImageInput image)
    {
        if (!model.Activate(image.Values).TryGet(out Activations? activations, out string? fault))
        {
            throw new InvalidOperationException(fault); // the network's own unpooling is always there
        }

        (int channel, int row, int column) = unit.Place;
        TensorShape shape = model.Definition.Layers[unit.Layer].Output;
        UnitTerms terms = model.Explain(activations, unit.Layer, unit.Place);
        return TypedResults.Ok(new UnitResponse(
            activations.Outputs[unit.Layer][(((channel * shape.Height) + row) * shape.Width) + column],
            terms.Activation,
            terms.PreActivation,
            terms.Bias,
            [.. terms.Terms.Select(term => new UnitTermResponse(
                term.Channel, term.Row, term.Column, term.Value, term.Weight, term.Product))],
            FieldResponse.Of(UnitField.Receptive(model.Definition, unit.Layer, row, column)),
            FieldResponse.Of(UnitField.Projective(model.Definition, unit.Layer, row, column))));
    }

    private sealed record Unit(int Layer, (int Channel, int Row, int Column) Place);
}
