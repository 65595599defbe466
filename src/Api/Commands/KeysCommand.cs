using AutoencoderApi.Api.Access;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Commands;

/// <summary><c>keys create</c>: makes a key, shows it once, and keeps nothing.</summary>
internal sealed record KeysCommand(Role Role, string? Name)
{
    /// <summary>Null where the arguments are not <c>--role ROLE [--name NAME]</c>, in either order.</summary>
    public static KeysCommand? Parse(string[] args) => args switch
    {
        ["--role", var role] => Of(role, null),
        ["--role", var role, "--name", var name] => Of(role, name),
        ["--name", var name, "--role", var role] => Of(role, name),
        _ => null,
    };

    public int Run(TextWriter output)
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

        return 0;
    }

    private static KeysCommand? Of(string role, string? name) =>
        JsonConventions.Parse<Role>(role) is { } parsed
            && (name is null || (TrainingSettingsValidator.IsName(name) && !ClaimsPrincipalExtensions.Reserved.Contains(name)))
            ? new KeysCommand(parsed, name)
            : null;
}
