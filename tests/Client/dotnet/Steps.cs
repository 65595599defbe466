namespace Clients;

/// <summary>What every client does, by nothing but what its generator made of the OpenAPI document.</summary>
internal static class Steps
{
    public const string Dataset = "synthetic-digits";

    /// <summary>Runs the steps in their order, and prints a line for each: its name, a tab, and its value or why it failed.</summary>
    public static async Task RunAsync(params (string Name, Func<Task<string>> Run)[] steps)
    {
        foreach ((string name, Func<Task<string>> run) in steps)
        {
            try
            {
                Console.WriteLine($"{name}\t{await run()}");
            }
            catch (Exception e)
            {
                Console.WriteLine($"{name}\tfailed: {e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}");
            }
        }
    }

    /// <summary>The signature and the size of a PNG: its first 24 bytes, in hexadecimal.</summary>
    public static async Task<string> HeadAsync(Stream png)
    {
        byte[] head = new byte[24];
        await png.ReadExactlyAsync(head);
        return Convert.ToHexStringLower(head);
    }

    public static string Join<T>(IEnumerable<T> values) => string.Join(',', values);
}
