using AutoencoderApi.Diagrams;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;

switch (args)
{
    case [var folder, "networks"]:
        foreach (ArchitectureDescriptor each in Architectures.All)
        {
            var settings = TrainingSettings.For(each.Architecture, "mnist");
            string name = JsonConventions.Name(each.Architecture);
            File.WriteAllText(Path.Combine(folder, $"network-{name}.svg"), NetworkDiagram.Draw(name, NetworkDefinition.For(settings)));
        }

        var narrow = NetworkDefinition.For(TrainingSettings.For(Architecture.Strided, "mnist", codeWidth: 32));
        File.WriteAllText(Path.Combine(folder, "network-strided-code-32.svg"), NetworkDiagram.Draw("strided, codeWidth 32", narrow));
        return 0;
    case [var folder, "strip", var url, var experiment]:
        File.WriteAllText(Path.Combine(folder, "networks.svg"), await NetworkStrip.DrawAsync(new Uri(url), experiment));
        return 0;
    default:
        Console.Error.WriteLine("usage: bench/diagrams networks | strip URL EXPERIMENT");
        return 2;
}
