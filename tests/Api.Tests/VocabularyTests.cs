using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

/// <summary>One thing has one word: what the field calls it. Words that were given up do not come back.</summary>
public sealed partial class VocabularyTests
{
    /// <summary>Types and files. Some are good words for other things; then their new use is in the name (TileGrid, ImageMap).</summary>
    private static readonly string[] s_types =
    [
        "Lane",
        "Team",
        "Share",
        "Survey",
        "Signal",
        "Tile",
        "GradientTile",
        "Product",
        "INetwork",
        "IViewer",
        "VectorNetwork",
        "VectorViewer",
        "TrialDraws",
        "Map",
        "Pointwise",
        "Enlarging",
        "Axis",
        "Columns",
        "Filter",
        "DensePass",
        "Batches",
        "BatchOrder",
        "CollapseWatch",
        "Machine",
        "OnnxFile",
        "OnnxGraph",
        "Stage",
        "NetworkPlan",
        "FeatureShape",
        "Paper",
        "Extremes",
        "InkParts",
        "Ink",
        "Border",
        "DigitSet",
        "SplitDraw",
        "SettingsRules",
        "ReachableLoss",
        "KernelMaps",
        "DigitFrame",
        "Margin",
        "BoxShrink",
        "AreaScaling",
        "DigitFigures",
        "ReconstructionRows",
        "WireFormat",
        "Milestones",
        "Looking",
        "LoadedModels",
        "JobCensus",
        "JobSweep",
        "Drain",
        "Rounds",
        "JobWatch",
        "Pace",
        "JobRecorder",
        "JobSpans",
        "FoldedMaps",
        "JobBounds",
        "QueueBound",
        "FigureBound",
        "EventReaders",
        "RequestRate",
        "DigitReader",
        "CodeReader",
        "Caller",
        "CrossSite",
        "LocalCallers",
        "KnownKeys",
        "KeyAuthentication",
        "PageHeaders",
        "Conditional",
        "StoreContext",
        "StoreFaults",
        "Constraints",
        "StoreDesign",
        "MirrorDownload",
        "BoundedStream",
        "PictureStack",
        "IdxParts",
        "ZipPictures",
        "KeptTags",
        "Judge",
        "Verdict",
        "Node",
        "Initializer",
        "InitialDraw",
    ];

    private static readonly string[] s_words =
    [
        "Picture",
        "Pictures",
        "Snapshot",
        "Snapshots",
        "Survey",
        "Census",
        "Disturb",
        "Disturbed",
        "Drill",
    ];

    private static readonly string[] s_members = ["patience", "s_pause", "s_breath", "told", "asked", "became", "Awaited"];

    private static readonly string[] s_pageModules = ["look", "way", "stages", "drops", "enlarge", "notice", "follow"];

    private static readonly string[] s_fields = ["pictureShape", "keptByService", "available", "unavailable", "awaited"];

    private static readonly string[] s_problems =
        ["picture-not-found", "picture-too-large", "dataset-awaited", "took-too-long", "unusable", "tagged"];

    private static readonly string[] s_settings = ["KeepDays", "MirrorSeconds", "CacheMebibytes"];

    /// <summary>On the wire, which names.md leaves as it is but for its table.</summary>
    private static readonly string[] s_exceptions = ["PictureBytes", "PicturePixels", "PictureSide", "DatasetPictures"];

    private static readonly string[] s_generated = ["/obj/", "/bin/", "/Migrations/"];

    private static IEnumerable<Type> Types =>
        from assembly in (Assembly[])[typeof(Program).Assembly, typeof(Training.Model).Assembly, typeof(Domain.JsonConventions).Assembly]
        from type in assembly.GetTypes()
        where !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: true) && !type.Name.Contains('<', StringComparison.Ordinal)
            && type.Namespace?.StartsWith("AutoencoderApi", StringComparison.Ordinal) == true
            && !type.Namespace.Contains(".Migrations", StringComparison.Ordinal) // written by EF's tool, which has a word of its own
        select type;

    [Fact]
    public void No_type_or_file_has_a_name_that_was_given_up()
    {
        string[] files =
        [
            .. from folder in (string[])["src", "tests"]
            from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
            where !s_generated.Any(generated => file.Contains(generated, StringComparison.Ordinal))
            select Path.GetFileNameWithoutExtension(file),
        ];
        Assert.Empty(Types.Select(type => type.Name.Split('`')[0]).Concat(files).Intersect(s_types));
        Assert.DoesNotContain(Types.Select(type => type.Name).Concat(files), HasWord);
    }

    [Fact]
    public void No_member_has_a_name_that_was_given_up()
    {
        const BindingFlags All =
            BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static;
        string[] members =
        [
            .. from type in Types
            from member in type.GetMembers(All)
            where !member.Name.Contains('<', StringComparison.Ordinal)
            let name = PropertyAccessor().Replace(member.Name, "")
            where (HasWord(name) || s_members.Contains(name)) && !s_exceptions.Contains(name)
            select $"{type.Name}.{name}",
        ];
        Assert.Empty(members);
    }

    [Fact]
    public void No_module_of_the_page_has_a_name_that_was_given_up() => Assert.Empty(
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src/Api/wwwroot"), "*.js", SearchOption.AllDirectories)
            .Select(Path.GetFileNameWithoutExtension).Intersect(s_pageModules));

    [Fact]
    public void No_field_problem_or_setting_has_a_name_that_was_given_up()
    {
        string text = File.ReadAllText(Path.Combine(Repository.Root, "docs/openapi.json"));
        JsonObject schemas = JsonNode.Parse(text)!["components"]!["schemas"]!.AsObject();
        Assert.Empty(
            schemas.SelectMany(schema => schema.Value!["properties"]?.AsObject().Select(property => property.Key) ?? []).Intersect(s_fields)
        );
        Assert.DoesNotContain(s_problems, problem => text.Contains($"/{problem}\"", StringComparison.Ordinal));
        Assert.Empty(Types.Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal))
            .SelectMany(type => type.GetProperties()).Select(property => property.Name).Intersect(s_settings));
    }

    private static bool HasWord(string name) => Words().Matches(name).Any(word => s_words.Contains(word.Value));

    [GeneratedRegex("[A-Z][a-z]+|^[a-z]+")]
    private static partial Regex Words();

    [GeneratedRegex("^(get|set|add|remove)_")]
    private static partial Regex PropertyAccessor();
}
