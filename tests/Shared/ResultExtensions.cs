using AutoencoderApi.Domain;

namespace AutoencoderApi.Tests;

internal static class ResultExtensions
{
    public static T Value<T, TFault>(this Result<T, TFault> result)
        where T : notnull
        where TFault : notnull
    {
        Assert.True(result.TryGet(out T? value, out TFault? fault), $"a fault: {fault}");
        return value!;
    }

    public static TFault Fault<T, TFault>(this Result<T, TFault> result)
        where T : notnull
        where TFault : notnull
    {
        Assert.False(result.TryGet(out T? value, out TFault? fault), $"a value: {value}");
        return fault!;
    }
}
