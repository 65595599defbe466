using System.Globalization;

namespace AutoencoderApi.Faults.Tests;

/// <summary>How much is tried: a little by default, FAULTS_KILLS=300 in the long form; FAULTS_SEED replays from a seed on.</summary>
internal static class Settings
{
    private const int ShortKills = 20;

    /// <summary>Random kills, five to a scenario, the scenarios' seeds counted up from <see cref="Seed"/>.</summary>
    public static int Kills => Number("FAULTS_KILLS", ShortKills);

    /// <summary>Whether more is tried than the short form's kills.</summary>
    public static bool Long => Kills > ShortKills;

    public static int Seed => Number("FAULTS_SEED", 1);

    /// <summary>Drills that go on at once: mostly they wait for a lease to run out.</summary>
    public static int Drills => Number("FAULTS_DRILLS", 4);

    private static int Number(string name, int usual) =>
        Environment.GetEnvironmentVariable(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : usual;
}
