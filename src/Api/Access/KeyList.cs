using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Access;

/// <summary>Keys as an operator has configured them, and where.</summary>
/// <param name="Name">The setting, or the file.</param>
/// <param name="Element">Where the key of an index stands, for a sentence.</param>
internal sealed record KeyList(string Name, Func<int, string> Element, AccessOptions.KeyOptions[] Keys)
{
    private IEnumerable<(string Place, AccessOptions.KeyOptions Key)> Complete =>
        Keys.Select((key, i) => (Place: Element(i), Key: key)).Where(placed => placed.Key.IsComplete);

    /// <summary>
    /// Everything wrong with the keys: a key that is half configured must not leave a service open, or shut, in silence.
    /// </summary>
    /// <param name="others">Keys that are known beside these, and have been checked.</param>
    public IEnumerable<string> Violations(KeyList? others = null)
    {
        for (int i = 0; i < Keys.Length; i++)
        {
            if (!Keys[i].IsComplete)
            {
                yield return
                    $"{Element(i)} must have a Hash of 64 hexadecimal digits and a Role, reader, operator or admin. 'keys create' "
                    + $"prints both.";
            }

            if (Keys[i].Name is { } name && !TrainingSettingsValidator.IsName(name))
            {
                yield return $"{Element(i)}:Name {TrainingSettingsValidator.NameRule}";
            }

            if (Keys[i].Name is { } reserved && ClaimsPrincipalExtensions.Reserved.Contains(reserved))
            {
                yield return $"{Element(i)}:Name: '{reserved}' is a name that the service uses itself; choose another one.";
            }
        }

        (string Place, AccessOptions.KeyOptions Key)[] all = [.. others?.Complete ?? [], .. Complete];
        if (all.GroupBy(placed => placed.Key.Hash!.ToUpperInvariant()).FirstOrDefault(same => same.Count() > 1) is { } sameHash)
        {
            IEnumerable<string> places = sameHash.Take(2).Select(placed => placed.Place);
            yield return $"{Name} has the same Hash twice. Compare {string.Join(" and ", places)}.";
        }
        else if (all.GroupBy(placed => placed.Key.Id).FirstOrDefault(same => same.Count() > 1) is { } sameId)
        {
            yield return $"{Name} has two keys called '{sameId.Key}', which would share their limits; give each a Name of its own.";
        }
    }
}
