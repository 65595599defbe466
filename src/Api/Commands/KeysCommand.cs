using System.Globalization;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Commands;

/// <summary><c>keys create</c>: makes a key, or a sheet of them, shows them once, and keeps none.</summary>
/// <param name="Count">Number of the keys of a sheet; null for one key without a sheet.</param>
/// <param name="File">The keys file that gets the hashes of the sheet; null where they are printed.</param>
internal sealed record KeysCommand(Role Role, string? Name, int? Count, string? File)
{
    public const int MaxCount = 1_000;

    private const string RoleOption = "--role", NameOption = "--name", CountOption = "--count", FileOption = "--file";

    private static readonly string[] s_options = [RoleOption, NameOption, CountOption, FileOption];

    public static readonly string Rule =
        $"keys create needs {RoleOption} {string.Join('|', JsonConventions.Names<Role>())}, and takes {CountOption} N, 1 to {MaxCount}, "
        + $"for a sheet of N keys, {FileOption} PATH for the file of their hashes, and {NameOption} NAME (with {CountOption}: NAME-01 and "
        + $"so on): {TrainingSettingsValidator.NameRule}";

    /// <summary>Null where the arguments are not <c>--role ROLE [--name NAME] [--count N [--file PATH]]</c>, in any order.</summary>
    public static KeysCommand? Parse(string[] args)
    {
        Dictionary<string, string> given = [];
        foreach (string[] pair in args.Chunk(2))
        {
            if (pair.Length < 2 || !s_options.Contains(pair[0]) || !given.TryAdd(pair[0], pair[1]))
            {
                return null;
            }
        }

        string? file = given.GetValueOrDefault(FileOption), count = given.GetValueOrDefault(CountOption);
        if (given.GetValueOrDefault(RoleOption) is not { } role || JsonConventions.Parse<Role>(role) is not { } parsed
            || (count is not null && NumberOf(count) is null)
            || (file is not null && (file.Length == 0 || count is null)))
        {
            return null;
        }

        var command = new KeysCommand(parsed, given.GetValueOrDefault(NameOption), count is null ? null : NumberOf(count), file);
        string?[] names = [command.Name, command.Count is { } last ? command.NameOf(last) : null];
        return names.OfType<string>().All(IsNameOfKey) ? command : null;
    }

    /// <returns>The exit status: 0, or 1 where the file was not written; then no key is shown.</returns>
    public int Run(TextWriter output, TextWriter errors)
    {
        if (Count is not { } count)
        {
            Show(output);
            return 0;
        }

        (string Name, string Key)[] sheet = [.. Enumerable.Range(1, count).Select(number => (NameOf(number), ApiKey.Create()))];
        AccessOptions.KeyOptions[] hashes =
        [
            .. sheet.Select(line => new AccessOptions.KeyOptions { Name = line.Name, Role = Role, Hash = ApiKey.HashOf(line.Key) }),
        ];
        if (File is not null && new KeysFile(File, $"'{File}'").Add(hashes) is { } fault)
        {
            errors.WriteLine(fault);
            return 1;
        }

        output.WriteLine(
            $"The keys, shown this once; callers send theirs in the header {ApiKeyAuthenticationHandler.Header}, or enter it on the page:");
        output.WriteLine();
        foreach ((string name, string key) in sheet)
        {
            output.WriteLine($"{name}  {key}");
        }

        output.WriteLine(
            File is not null
                ? $"\n'{File}' has their hashes: Access__KeysFile={File}"
                : $"\nThe content of a file for Access__KeysFile, hashes without the keys:\n\n{KeysFile.Format(hashes).TrimEnd()}");
        return 0;
    }

    private void Show(TextWriter output)
    {
        string key = ApiKey.Create();
        output.WriteLine($"""
            The key, shown this once; callers send it in the header {ApiKeyAuthenticationHandler.Header}:

              {key}

            The service's configuration (count the 0 up where it has keys already):

              Access__Keys__0__Hash={ApiKey.HashOf(key)}
              Access__Keys__0__Role={JsonConventions.Name(Role)}
            """);
        if (Name is not null)
        {
            output.WriteLine($"  Access__Keys__0__Name={Name}");
        }
    }

    /// <summary>Names of a sheet have as many digits as its last one, and sort by their number.</summary>
    private string NameOf(int number)
    {
        string digits = new('0', Math.Max(2, $"{Count}".Length));
        return $"{Name ?? "key"}-{number.ToString(digits, CultureInfo.InvariantCulture)}";
    }

    private static int? NumberOf(string count) =>
        int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= MaxCount
            ? number
            : null;

    private static bool IsNameOfKey(string name) =>
        TrainingSettingsValidator.IsName(name) && !ClaimsPrincipalExtensions.Reserved.Contains(name);
}
