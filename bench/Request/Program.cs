using AutoencoderApi.RequestBench;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

if (args is ["batches", var images])
{
    BatchRate.Print(int.Parse(images));
    return;
}

// In this process: the projects that BenchmarkDotNet generates would inherit this repository's build rules.
Job job = Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithMaxIterationCount(20);
string artifacts = Directory.CreateTempSubdirectory().FullName;
try
{
    BenchmarkSwitcher.FromAssembly(typeof(ImageParts).Assembly)
        .Run(["--filter", args is [var name] ? name : "*"], DefaultConfig.Instance.AddJob(job).WithArtifactsPath(artifacts));
}
finally
{
    Directory.Delete(artifacts, recursive: true);
}
