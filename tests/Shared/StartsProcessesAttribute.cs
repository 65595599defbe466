using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace AutoencoderApi.Tests;

/// <summary>
/// Marks tests that start processes, PostgreSQL's among them: <c>./test --quick</c> leaves them out. Whatever starts one calls
/// <see cref="Require"/>, so that none is started without the mark.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly | AttributeTargets.Class | AttributeTargets.Method)]
internal sealed class StartsProcessesAttribute : Attribute, ITraitAttribute
{
    private const string Name = "starts";
    private const string Value = "processes";

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new(Name, Value)];

    /// <summary>Fails the test, or the fixture of a class or a collection, that lacks the mark.</summary>
    public static void Require()
    {
        ITestContext context = TestContext.Current;
        IReadOnlyDictionary<string, IReadOnlyCollection<string>>? traits =
            context.TestCase?.Traits ?? context.TestClass?.Traits ?? context.TestCollection?.Traits ?? context.TestAssembly?.Traits;
        Assert.True(traits?.GetValueOrDefault(Name)?.Contains(Value) is true, "This starts a process: mark it with [StartsProcesses].");
    }
}
