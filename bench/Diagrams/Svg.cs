using System.Globalization;
using System.Text;

namespace AutoencoderApi.Diagrams;

/// <summary>Shapes and texts on white; coordinates are pixels.</summary>
internal sealed class Svg(int width, int height)
{
    private readonly StringBuilder _shapes = new();

    public void Rect(double x, double y, double w, double h, string fill, string stroke) =>
        Add($"""<rect x="{x:0.#}" y="{y:0.#}" width="{w:0.#}" height="{h:0.#}" fill="{fill}" stroke="{stroke}"/>""");

    public void Text(
        double x, double y, string text, int size = 13, string anchor = "middle", bool bold = false, string fill = "#1c2229") =>
        Add($"""<text x="{x:0.#}" y="{y:0.#}" font-size="{size}" text-anchor="{anchor}" {Weight(bold)}fill="{fill}">{text}</text>""");

    public void Line(double x1, double y1, double x2, double y2) =>
        Add($"""<path d="M{x1:0.#} {y1:0.#}L{x2:0.#} {y2:0.#}" stroke="#8b8f94" fill="none" marker-end="url(#arrow)"/>""");

    /// <summary>A dashed bow from one place down and up to another.</summary>
    public void Bow(double x1, double x2, double y, double depth) =>
        Add(
            $"""<path d="M{x1:0.#} {y:0.#}C{x1:0.#} {y + depth:0.#} {x2:0.#} {y + depth:0.#} {x2:0.#} {y:0.#}" stroke="#8a46b8" """
            + "fill=\"none\" stroke-dasharray=\"5 4\" marker-end=\"url(#arrow)\"/>");

    public void Png(double x, double y, double w, double h, byte[] png) =>
        Add(
            $"""<image x="{x:0.#}" y="{y:0.#}" width="{w:0.#}" height="{h:0.#}" style="image-rendering:pixelated" """
            + $"href=\"data:image/png;base64,{Convert.ToBase64String(png)}\"/>");

    public override string ToString() =>
        $"""
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" font-family="sans-serif">
        <defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto">
        <path d="M0 0 10 5 0 10z" fill="#8b8f94"/></marker></defs>
        <rect width="{width}" height="{height}" fill="#fff"/>
        {_shapes}</svg>

        """;

    private static string Weight(bool bold) => bold ? "font-weight=\"bold\" " : "";

    private void Add(FormattableString shape) => _shapes.Append(shape.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private void Add(string shape) => _shapes.Append(shape).Append('\n');
}
