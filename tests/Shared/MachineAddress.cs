using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace AutoencoderApi.Tests;

internal static class MachineAddress
{
    public const string Missing = "This machine has no address but loopback.";

    /// <summary>
    /// An address of this machine that is not loopback, or null: callers by it come from another machine, as far as a service can
    /// tell.
    /// </summary>
    public static IPAddress? BeyondLoopback { get; } =
        NetworkInterface
            .GetAllNetworkInterfaces()
            .Where(card => card.OperationalStatus == OperationalStatus.Up)
            .SelectMany(card => card.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
}
