using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using Microsoft.Extensions.Options;

namespace AutoencoderApi.Api.Limits;

/// <summary>What this service lets one job ask for, within what every service would.</summary>
internal sealed class JobBounds(IOptions<LimitsOptions> options)
{
    /// <param name="settings">Within <see cref="SettingsRules"/>.</param>
    /// <returns>Each setting beyond a limit, by its wire name, with what it may be.</returns>
    public IReadOnlyDictionary<string, string> Violations(TrainingSettings settings)
    {
        LimitsOptions limits = options.Value;
        var violations = new Dictionary<string, string>();
        if (settings.Steps > limits.Steps)
        {
            violations["steps"] = $"must be at most {limits.Steps} here (Limits:Steps).";
        }

        if (settings.BatchSize > limits.BatchSize)
        {
            violations["batchSize"] = $"must be at most {limits.BatchSize} here (Limits:BatchSize).";
        }

        if (settings.Architecture != Architecture.Dense && settings.Channels.Max() > limits.Channels)
        {
            violations["channels"] = $"must be at most {limits.Channels} each here (Limits:Channels).";
        }

        double teraflop = 1e-12 * settings.Steps * settings.BatchSize * NetworkPlan.For(settings).TrainingFlop;
        if (violations.Count == 0 && teraflop > limits.JobTeraflop)
        {
            violations["steps"] = FormattableString.Invariant(
                $"× batchSize on this network is {teraflop:G4} × 10^12 floating-point operations; at most {limits.JobTeraflop} are taken here (Limits:JobTeraflop).");
        }

        return violations;
    }
}
