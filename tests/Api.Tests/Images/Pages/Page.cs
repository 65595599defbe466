namespace AutoencoderApi.Api.Tests.Images.Pages;

/// <summary>An image as somebody may send it, and what must be found in it.</summary>
/// <param name="Kind">One of <see cref="PageKinds.All"/>.</param>
/// <param name="File">PNG or JPEG.</param>
/// <param name="Strokes">Of its only or its largest digit; null where it has none.</param>
/// <param name="Digits">How many it has.</param>
internal sealed record Page(string Kind, byte[] File, bool[]? Strokes, int Digits);
