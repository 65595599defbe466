using System.Text.Json;
using AutoencoderApi.Domain;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace AutoencoderApi.Api.Store;

internal static class JsonColumn
{
    public static void HasJsonConversion<T>(this PropertyBuilder<T> property) => property.HasConversion(
        value => JsonSerializer.Serialize(value, JsonConventions.Json),
        json => JsonSerializer.Deserialize<T>(json, JsonConventions.Json)!,
        ValueComparer.CreateDefault<T>(favorStructuralComparisons: false));
}
