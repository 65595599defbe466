using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AutoencoderApi.Api.Films;

/// <summary>
/// The network of a job's film at a step, written <c>{job}@{step}</c>: it stands where an operation on the network of a checkpoint takes
/// the checkpoint's id.
/// </summary>
internal readonly record struct FilmFrameName(Guid Job, int Step)
{
    public static bool TryParse(string reference, out FilmFrameName name)
    {
        int at = reference.IndexOf('@', StringComparison.Ordinal);
        name = default;
        if (at < 0
            || !Guid.TryParse(reference.AsSpan(0, at), out Guid job)
            || !int.TryParse(reference.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int step))
        {
            return false;
        }

        name = new FilmFrameName(job, step);
        return true;
    }

    /// <summary>An id of the frame and of its bytes.</summary>
    public Guid KeyOf(FilmFrame frame) =>
        new(SHA256.HashData(Encoding.UTF8.GetBytes($"{Job} {Step} {frame.Sha256}")).AsSpan(0, 16));
}
