using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;

namespace AutoencoderApi.Api.Settings;

/// <summary>
/// Compares a section of the configuration with the class that it is bound to. The binder by itself ignores unknown names, reads
/// <c>reader,admin</c> and <c>7</c> as an enum's values, and leaves out the elements of an array that it cannot read.
/// </summary>
internal static class SectionCheck
{
    /// <summary>Unknown names, and values that a property cannot take. A value of the section itself is not ours.</summary>
    public static IEnumerable<string> Violations(IConfigurationSection section, Type type) => type switch
    {
        _ when IsScalar(type) => OfScalar(section, type, range: null),
        _ when ElementOf(type) is { } element => OfElements(section, element),
        _ => OfProperties(section, type),
    };

    private static IEnumerable<string> OfProperties(IConfigurationSection section, Type type)
    {
        var known = PropertiesOf(type).ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        return section.GetChildren().SelectMany(child => known.TryGetValue(child.Key, out PropertyInfo? property)
            ? OfProperty(child, property)
            : [$"{child.Path} is unknown; did you mean {NearestName.Of(child.Key, known.Keys)}?"]);
    }

    private static IEnumerable<string> OfProperty(IConfigurationSection section, PropertyInfo property) =>
        IsScalar(property.PropertyType)
            ? OfScalar(section, property.PropertyType, property.GetCustomAttribute<RangeAttribute>())
        : string.IsNullOrEmpty(section.Value) // an empty list in JSON has the empty value
            ? Violations(section, property.PropertyType)
        : [$"{section.Path} has a value of its own; set {ExampleOf(section.Path, property.PropertyType)} instead."];

    private static IEnumerable<string> OfElements(IConfigurationSection list, Type element) => list.GetChildren().SelectMany(child =>
        !int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out int index) || child.Key != $"{index}"
            ? [$"{child.Path} is unknown; number the elements of {list.Path} as in {list.Path}:0."]
        : child.GetChildren().Any() || (IsScalar(element) && child.Value is not null)
            ? Violations(child, element)
        : [$"{child.Path} cannot be read; set {ExampleOf(child.Path, element)}."]);

    private static IEnumerable<string> OfScalar(IConfigurationSection section, Type type, RangeAttribute? range)
    {
        Type plain = Nullable.GetUnderlyingType(type) ?? type;
        if (section.GetChildren().FirstOrDefault() is { } child)
        {
            yield return $"{child.Path} is unknown; {section.Path} takes one value.";
        }
        else if (section.Value is { } value && !(value.Length == 0 && plain != type) && !IsReadable(value, plain, range))
        {
            yield return $"{section.Path} is '{value}'; set it to {Described(plain, range)}.";
        }
    }

    private static bool IsReadable(string value, Type type, RangeAttribute? range)
    {
        TypeConverter converter = TypeDescriptor.GetConverter(type);
        return type.IsEnum
            ? Enum.GetNames(type).Contains(value, StringComparer.OrdinalIgnoreCase)
            : converter.IsValid(value) && range?.IsValid(converter.ConvertFromInvariantString(value)) is not false;
    }

    private static string Described(Type type, RangeAttribute? range)
    {
        string[] names = type.IsEnum ? [.. Enum.GetNames(type).Select(name => name.ToLowerInvariant())] : [];
        string kind = type switch
        {
            { IsEnum: true } => $"{string.Join(", ", names[..^1])} or {names[^1]}",
            _ when type == typeof(bool) => "true or false",
            _ when type == typeof(int) || type == typeof(long) => "a whole number",
            _ when type == typeof(double) => "a number",
            _ => $"a {type.Name}",
        };
        return range is null
            ? kind
            : string.Create(CultureInfo.InvariantCulture, $"{kind} from {range.Minimum:0.#########} to {range.Maximum:0.#########}");
    }

    /// <summary>The paths that hold the values of such a type.</summary>
    private static string ExampleOf(string path, Type type) =>
        IsScalar(type) ? path
        : ElementOf(type) is { } element ? ExampleOf($"{path}:0", element)
        : string.Join(", ", PropertiesOf(type).Select(property => $"{path}:{property.Name}"));

    /// <summary>What the binder sets.</summary>
    private static IEnumerable<PropertyInfo> PropertiesOf(Type type) =>
        type.GetProperties().Where(property => property.SetMethod is { IsPublic: true });

    private static bool IsScalar(Type type) => TypeDescriptor.GetConverter(type).CanConvertFrom(typeof(string));

    private static Type? ElementOf(Type type) => type.IsArray ? type.GetElementType() : null;
}
