namespace AutoencoderApi.Domain.Networks;

/// <summary>The architectures that can be trained, in the article's order.</summary>
public static class Architectures
{
    public static IReadOnlyList<ArchitectureDescriptor> All { get; } =
    [
        StridedNetwork.Descriptor,
        UnpoolNetwork.ZeroUnpool,
        UnpoolNetwork.NearestUnpool,
        SwitchUnpoolNetwork.Descriptor,
        DenseNetwork.Descriptor,
    ];

    private static readonly Dictionary<Architecture, ArchitectureDescriptor> s_byArchitecture = All.ToDictionary(each => each.Architecture);

    public static ArchitectureDescriptor Of(Architecture architecture) => s_byArchitecture[architecture];

    /// <summary>The fields of a job that size networks of other architectures only.</summary>
    public static string[] ForeignSizeFields(Architecture architecture) =>
        [.. All.SelectMany(each => each.SizeFields).Distinct().Except(Of(architecture).SizeFields)];
}
