using System.Net.Http.Headers;
using AutoencoderApi.Domain.Numerics;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

/// <summary>NPY files in requests and answers.</summary>
internal static class NpyAnswer
{
    public const string Type = "application/x-npy";

    public static ByteArrayContent Body(byte[] npy) => new(npy) { Headers = { ContentType = new MediaTypeHeaderValue(Type) } };

    /// <summary>An NPY file of float32.</summary>
    public static byte[] File(float[] values, params int[] shape) => NpyFile.Write(shape, values);

    /// <summary>The shape and the values of an answer that is an NPY file of float32, as long as it said.</summary>
    public static async Task<(string Shape, float[] Values)> Read(HttpResponseMessage response)
    {
        byte[] file = await response.Content.ReadAsByteArrayAsync();
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode}: {System.Text.Encoding.UTF8.GetString(file)}");
        Assert.Equal(Type, response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(file.Length, response.Content.Headers.ContentLength);
        int[] shape = NpyFile.ReadHeader(file).Value().Shape;
        return (string.Join(", ", shape), NpyFile.Read(file, shape).Value());
    }
}
