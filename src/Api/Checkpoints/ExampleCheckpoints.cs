using System.Text.Json;
using AutoencoderApi.Domain;

namespace AutoencoderApi.Api.Checkpoints;

/// <summary>
/// The examples, read from this program itself. They are found by id or tag wherever a checkpoint is looked for, and stand in no list,
/// under neither <c>latest</c> nor <c>best</c>.
/// </summary>
internal static class ExampleCheckpoints
{
    /// <summary>What the tags of examples begin with, those of later versions too: no caller may set such a tag.</summary>
    public const string TagPrefix = "example-";

    private const string Folder = "examples/";
    private static readonly Lazy<ExampleCheckpoint[]> s_all = new(Read);

    /// <summary>The newest first.</summary>
    public static IReadOnlyList<ExampleCheckpoint> All => s_all.Value;

    /// <summary>The example with this id or tag.</summary>
    public static ExampleCheckpoint? Find(string reference) => Guid.TryParse(reference, out Guid id)
        ? Find(id)
        : reference.StartsWith(TagPrefix, StringComparison.Ordinal) ? Array.Find(s_all.Value, example => example.Tag == reference) : null;

    public static ExampleCheckpoint? Find(Guid id) => Array.Find(s_all.Value, example => example.Id == id);

    /// <summary>The example whose evaluation has this id.</summary>
    public static ExampleCheckpoint? FindByEvaluation(Guid id) => Array.Find(s_all.Value, example => example.Evaluation.Id == id);

    public static byte[] Weights(ExampleCheckpoint example) => File($"{example.Tag}.safetensors")!;

    /// <summary>The loss of each test image: an NPY file.</summary>
    public static byte[] Losses(ExampleCheckpoint example) => File($"{example.Tag}.losses.npy")!;

    /// <summary>The file of the evaluation's map; null of a wide code, whose map would be larger than all examples together.</summary>
    public static byte[]? Map(ExampleCheckpoint example) => File($"{example.Tag}.map.safetensors");

    private static ExampleCheckpoint[] Read() =>
    [
        .. typeof(ExampleCheckpoints).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && name.EndsWith(".json", StringComparison.Ordinal))
            .Select(name => JsonSerializer.Deserialize<ExampleCheckpoint>(File(name[Folder.Length..])!, JsonConventions.Json)!)
            .OrderByDescending(example => example.Id),
    ];

    private static byte[]? File(string name)
    {
        using Stream? resource = typeof(ExampleCheckpoints).Assembly.GetManifestResourceStream(Folder + name);
        if (resource is null)
        {
            return null;
        }

        byte[] content = new byte[resource.Length];
        resource.ReadExactly(content);
        return content;
    }
}
