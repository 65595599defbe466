using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests.OpenApi;

/// <summary>A program that makes a client of an OpenAPI document.</summary>
/// <param name="Package">Of its version, in the manifests of tests/Client.</param>
/// <param name="IsDotnet">Whether its client is C#, and it a .NET tool; else both are of Node.</param>
/// <param name="Arguments">Of the program, given the document and a folder for the client.</param>
internal sealed record ClientGenerator(
    string Name, string Title, string Package, bool IsDotnet, Func<string, string, string[]> Arguments)
{
    public static readonly ClientGenerator[] All =
    [
        new("nswag-newtonsoft", "NSwag, Newtonsoft.Json", "nswag.consolecore", true, (document, folder) =>
            ["nswag", "openapi2csclient", $"/input:{document}", $"/output:{folder}/Client.cs"]),
        new("nswag-system-text-json", "NSwag, System.Text.Json", "nswag.consolecore", true, (document, folder) =>
            ["nswag", "openapi2csclient", $"/input:{document}", $"/output:{folder}/Client.cs", "/jsonLibrary:SystemTextJson",
            "/jsonLibraryVersion:10.0"]), // version 8, the default, has no words for names of enum values with a hyphen
        new("kiota", "Kiota", "microsoft.openapi.kiota", true, (document, folder) =>
            ["kiota", "generate", "--language", "CSharp", "--openapi", document, "--output", folder]),
        new("openapi-fetch", "openapi-typescript with openapi-fetch", "openapi-typescript", false, (document, folder) =>
            ["openapi-typescript", document, "--output", $"{folder}/schema.ts"]),
        new("hey-api", "@hey-api/openapi-ts", "@hey-api/openapi-ts", false, (document, folder) =>
            ["openapi-ts", "--input", document, "--output", folder]),
        new("orval", "Orval", "orval", false, (document, folder) => ["orval", "--input", document, "--output", $"{folder}/client.ts"]),
    ];

    private static readonly string s_folder = Path.Combine(Repository.Root, "tests", "Client");
    private static readonly SemaphoreSlim s_turns = new(1);

    public string Version => ((string?)(IsDotnet
        ? Read(".config/dotnet-tools.json")["tools"]![Package]!["version"]
        : Read("package.json")["devDependencies"]![Package]))!;

    private string KeyFile => Path.Combine(s_folder, "generated", Name, "key");

    /// <summary>
    /// Has all clients of the generator's platform generated and compiled, but for those that were made before of the same document and
    /// the same sources.
    /// </summary>
    public async Task BuildAsync(string document)
    {
        await s_turns.WaitAsync();
        try
        {
            ClientGenerator[] platform = [.. All.Where(other => other.IsDotnet == IsDotnet)];
            string key = KeyOf(document, platform);
            if (File.Exists(KeyFile) && await File.ReadAllTextAsync(KeyFile) == key)
            {
                return;
            }

            foreach (ClientGenerator generator in platform)
            {
                await generator.GenerateAsync(document);
            }

            await (IsDotnet
                ? NodePrograms.RunDotnet("msbuild", "dotnet/Client.csproj", "-t:BuildAll", "-p:Configuration=Release", "-v:quiet")
                : NodePrograms.Run("node_modules/.bin/tsc"));
            foreach (ClientGenerator generator in platform)
            {
                await File.WriteAllTextAsync(generator.KeyFile, key);
            }
        }
        finally
        {
            s_turns.Release();
        }
    }

    /// <summary>Runs the client against the service of that address.</summary>
    /// <param name="name">Of the client's jobs.</param>
    /// <returns>The value of each step.</returns>
    public async Task<Dictionary<string, string>> RunAsync(string url, string name)
    {
        string said = await (IsDotnet
            ? NodePrograms.RunDotnet($"generated/{Name}/bin/client.dll", url, name)
            : NodePrograms.Run("node", $"generated/program/{Name}.js", url, name));
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')).ToDictionary(
            line => line[0], line => line[1]);
    }

    /// <summary>A hash of all that decides what is made.</summary>
    private static string KeyOf(string document, ClientGenerator[] generators)
    {
        string[] files = [document, .. new[] { "", "dotnet", ".config" }.SelectMany(
            folder => Directory.GetFiles(Path.Combine(s_folder, folder)).Order(StringComparer.Ordinal))];
        IEnumerable<byte> content = files.SelectMany(File.ReadAllBytes).Concat(
            Encoding.UTF8.GetBytes(string.Join('\n', generators.SelectMany(generator => generator.Arguments("", "")))));
        return Convert.ToHexString(SHA256.HashData([.. content]));
    }

    private async Task GenerateAsync(string document)
    {
        string folder = Path.Combine(s_folder, "generated", Name, "client");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        string[] command = Arguments(document, folder);
        await (IsDotnet
            ? NodePrograms.RunDotnet(["tool", "run", .. command])
            : NodePrograms.Run($"node_modules/.bin/{command[0]}", command[1..]));
    }

    private static JsonNode Read(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(s_folder, file)))!;
}
