namespace AutoencoderApi.Api.Tests.Images.Pages;

/// <summary>The kinds of pages, each of which a user has sent or may send.</summary>
internal static class PageKinds
{
    public const string
        Ink02 = "ink 0.2 to 0.6 %", Ink06 = "ink 0.6 to 1 %", Ink1 = "ink 1 to 2 %", Ink2 = "ink 2 to 5 %",
        Vignette = "vignette", Lamp = "lamp", ShadowBeside = "shadow beside the digit", ShadowOver = "shadow over the digit", ShadowEdge = "shadow's edge on the digit",
        PaleLines = "pale lines", StrongLines = "strong lines", PaleSquares = "pale squares", StrongSquares = "strong squares",
        Pens = "coloured pens", Chalk = "chalk on a board", Screenshot = "screenshot", Jpeg = "JPEG 60 to 95", Photo = "photo with all of it", Large = "12 to 50 megapixels",
        ExifJpeg = "EXIF in JPEG", ExifPng = "eXIf in PNG", Corner = "in the corner", Border = "touching the border", TwoStrokes = "two strokes apart",
        Rgba = "ink on transparent, RGBA", GrayAlpha = "ink on transparent, grey + alpha", Palette = "ink on transparent, palette", ColorKey = "ink on transparent, colour key",
        SmallDark = "28×28, dark on white", SmallLight = "28×28, light on black", SmallPaper = "28×28, dark on grey paper",
        NoInk = "no ink", Several = "several digits";

    public static readonly string[] All =
    [
        Ink02, Ink06, Ink1, Ink2, Vignette, Lamp, ShadowBeside, ShadowOver, ShadowEdge, PaleLines, StrongLines, PaleSquares, StrongSquares, Pens, Chalk, Screenshot, Jpeg, Photo, Large,
        ExifJpeg, ExifPng, Corner, Border, TwoStrokes, Rgba, GrayAlpha, Palette, ColorKey, SmallDark, SmallLight, SmallPaper, NoInk, Several,
    ];
}
