using System.ComponentModel.DataAnnotations;

namespace AutoencoderApi.Api.Settings;

/// <summary>A section of the configuration and the options class that it is bound to.</summary>
internal sealed record SettingsSection(string Name, Type Options)
{
    /// <summary>Every fault of the section, a sentence each. Unreadable ones come alone: the rest cannot be bound.</summary>
    public IReadOnlyList<string> Violations(IConfiguration configuration)
    {
        IConfigurationSection section = configuration.GetSection(Name);
        string[] unreadable = [.. SectionCheck.Violations(section, Options)];
        if (unreadable.Length > 0)
        {
            return unreadable;
        }

        object options = section.Get(Options) ?? Activator.CreateInstance(Options)!;
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        return [.. results.Select(result => result.ErrorMessage!)];
    }
}
