namespace AutoencoderApi.Faults.Tests;

/// <summary>A job of a second or two, named so that its end can be compared with that of the same job uninterrupted.</summary>
internal sealed record JobKind(string Name, string Settings)
{
    private const string Common =
        "\"dataset\":\"mnist\",\"batchSize\":10,\"warmupSteps\":50,\"learningRate\":0.003,\"stopOnCollapse\":false,";

    public static readonly JobKind Strided = new("strided", "\"steps\":120,\"channels\":[4,8],\"evaluateEvery\":60,\"checkpointEvery\":20");

    /// <summary>Longer than a lease, or not much shorter: there is time to freeze its worker, or to stop the database under it.</summary>
    public static readonly JobKind Long = new("long", "\"steps\":4000,\"channels\":[4,8],\"evaluateEvery\":1000,\"checkpointEvery\":100");

    public static readonly JobKind[] Short =
    [
        Strided,
        new("dense", "\"architecture\":\"dense\",\"steps\":200,\"denseWidths\":[32,8],\"evaluateEvery\":70,\"checkpointEvery\":30"),
        new("nearest", "\"architecture\":\"nearest-unpool\",\"steps\":80,\"channels\":[4,8],\"evaluateEvery\":50,\"checkpointEvery\":10"),
        new("switch", "\"architecture\":\"switch-unpool\",\"steps\":60,\"channels\":[4,8],\"evaluateEvery\":60,\"checkpointEvery\":15"),
    ];

    /// <summary>Begins with trials of its initial weights.</summary>
    public static readonly JobKind Trials =
        new("trials", "\"architecture\":\"switch-unpool\",\"steps\":300,\"channels\":[4,8],\"evaluateEvery\":150,\"checkpointEvery\":100");

    /// <summary>Networks to evaluate: trained on all labels, and on one, so that the others are anomalous.</summary>
    public static readonly JobKind[] Narrow =
    [
        new("narrow", "\"steps\":60,\"channels\":[4,8],\"codeWidth\":4,\"evaluateEvery\":60,\"checkpointEvery\":30"),
        new("one-label", "\"steps\":60,\"channels\":[4,8],\"codeWidth\":2,\"labels\":[1],\"evaluateEvery\":60,\"checkpointEvery\":30"),
    ];

    public static JobKind Named(string name) => Short.Append(Long).Append(Trials).Concat(Narrow).Single(kind => kind.Name == name);

    public string Body => $"{{\"name\":\"{Name}\",{Common}{Settings}}}";
}
