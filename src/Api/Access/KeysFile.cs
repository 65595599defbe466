using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using AutoencoderApi.Api.Startup;
using AutoencoderApi.Domain;

namespace AutoencoderApi.Api.Access;

/// <summary>
/// A file of keys, <c>{"keys":[{"name":"amy","role":"operator","hash":"..."}]}</c>: their hashes, never the keys.
/// </summary>
/// <param name="name">What sentences call the file.</param>
internal sealed class KeysFile(string path, string name)
{
    private const int MaxBytes = 4 << 20;
    private const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private static readonly JsonSerializerOptions s_json = new(JsonConventions.Json)
    {
        RespectRequiredConstructorParameters = true, // "keys", without which another file would be one of no keys
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The content of a file with these keys, a line each.</summary>
    public static string Format(IEnumerable<AccessOptions.KeyOptions> keys)
    {
        IEnumerable<string> entries = keys.Select(key => JsonSerializer.Serialize(new Entry(key.Name, key.Role, key.Hash), s_json));
        return $"{{\"keys\":[\n{string.Join(",\n", entries.Select(entry => $"  {entry}"))}\n]}}\n";
    }

    /// <summary>The file's content; null where it cannot be read, for the reason in <paramref name="fault"/>.</summary>
    public byte[]? Read(out string? fault)
    {
        fault = null;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (file.Length > MaxBytes)
            {
                fault = $"{name} has more than {MaxBytes:N0} bytes.";
                return null;
            }

            byte[] content = new byte[file.Length];
            return content[..file.ReadAtLeast(content, content.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException) // the last of a pipe
        {
            fault = $"{name} cannot be read by {ProcessUser.Description}: {e.Message}";
            return null;
        }
    }

    /// <summary>The keys of the file; null where they cannot be known, for the reason in <paramref name="fault"/>.</summary>
    /// <param name="others">Keys that are known beside those of the file.</param>
    public AccessOptions.KeyOptions[]? Parse(byte[] content, KeyList? others, out string? fault)
    {
        try
        {
            using var json = new MemoryStream(content); // a stream may begin with a byte order mark
            Entry?[] entries = JsonSerializer.Deserialize<Content>(json, s_json)?.Keys ?? throw new JsonException();
            KeyList list = ListOf([.. entries.Select(entry => new AccessOptions.KeyOptions
            {
                Name = entry?.Name,
                Role = entry?.Role,
                Hash = entry?.Hash,
            })]);
            string[] violations = [.. list.Violations(others)];
            fault = violations.Length == 0 ? null : string.Join(' ', violations);
            return fault is null ? list.Keys : null;
        }
        catch (JsonException e) // its message may quote the file
        {
            fault = $"{name} is malformed{(e.LineNumber is { } line ? $" at line {line + 1}" : "")}: "
                + $"it must be {{\"keys\":[{{\"name\":\"...\",\"role\":\"{string.Join('|', JsonConventions.Names<Role>())}\","
                + $"\"hash\":\"...\"}}]}}.";
            return null;
        }
    }

    /// <summary>
    /// Adds keys to the file, which is made where there is none. Readers find the old content or the new one: it is written under
    /// another name, and renamed once it is on the disk.
    /// </summary>
    /// <returns>Why the file is as it was; null where the keys are in it.</returns>
    public string? Add(AccessOptions.KeyOptions[] keys)
    {
        AccessOptions.KeyOptions[] before = [];
        bool isThere = Path.Exists(path);
        if (isThere)
        {
            if (Read(out string? fault) is not { } content || Parse(content, null, out fault) is not { } known)
            {
                return fault;
            }

            before = known;
        }

        AccessOptions.KeyOptions[] all = [.. before, .. keys];
        return ListOf(all).Violations().FirstOrDefault() ?? Write(Format(all), isThere);
    }

    private string? Write(string content, bool replacesAnother)
    {
        string? part = null;
        try
        {
            FileSystemInfo? linked = replacesAnother ? File.ResolveLinkTarget(path, returnFinalTarget: true) : null;
            string target = linked?.FullName ?? Path.GetFullPath(path);
            part = $"{target}.{Guid.NewGuid():N}.part";
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = replacesAnother ? File.GetUnixFileMode(target) : OwnerAndGroup;
            }

            using (var file = new FileStream(part, options))
            {
                file.Write(Encoding.UTF8.GetBytes(content));
                file.Flush(flushToDisk: true);
            }

            File.Move(part, target, replacesAnother);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{name} was not written, as {ProcessUser.Description}: {e.Message}";
        }
        finally
        {
            if (File.Exists(part))
            {
                File.Delete(part);
            }
        }
    }

    private KeyList ListOf(AccessOptions.KeyOptions[] keys) => new(name, i => $"{name}: keys[{i}]", keys);

    private sealed record Content(Entry?[] Keys);

    private sealed record Entry(string? Name = null, Role? Role = null, string? Hash = null);
}
