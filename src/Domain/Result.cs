using System.Diagnostics.CodeAnalysis;

namespace AutoencoderApi.Domain;

/// <summary>A value, or the fault that stands in its place: how a failure that is to be expected is returned.</summary>
/// <remarks>Both convert to it, so that a method returns either as it is: <c>return fault;</c>.</remarks>
public sealed class Result<T, TFault>
    where T : notnull
    where TFault : notnull
{
    private readonly bool _isValue;
    private readonly T? _value;
    private readonly TFault? _fault;

    private Result(T value) => (_isValue, _value) = (true, value);

    private Result(TFault fault) => _fault = fault;

    public static implicit operator Result<T, TFault>(T value) => new(value);

    public static implicit operator Result<T, TFault>(TFault fault) => new(fault);

    /// <returns>Whether there is a value; else there is a fault.</returns>
    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out TFault? fault)
    {
        (value, fault) = (_value, _fault);
        return _isValue;
    }
}
