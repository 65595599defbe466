using System.Collections.Concurrent;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace AutoencoderApi.Api.Access;

/// <summary>
/// Keeps the keys of the dashboard's antiforgery tokens as long as the process lives: nothing else is protected by them, so no
/// file is needed.
/// </summary>
internal sealed class ForgottenKeys : IXmlRepository
{
    private readonly ConcurrentQueue<XElement> _keys = [];

    public IReadOnlyCollection<XElement> GetAllElements() => _keys;

    public void StoreElement(XElement element, string friendlyName) => _keys.Enqueue(element);
}
