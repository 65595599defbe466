using System.Diagnostics;
using System.Reflection;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Training.Tests;

/// <summary>Runs the target of Directory.Build.targets, as a build does, on libraries as their packages hold them.</summary>
[StartsProcesses]
public sealed class WeakenVersionNeedTests : IDisposable
{
    private const string Version = "GLIBCXX_3.4.32", Library = "libLibTorchSharp.so";
    private const byte Weak = 2; // VER_FLG_WEAK

    private readonly string _folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void One_flag_is_set_once_and_a_library_without_the_version_is_left_as_it_is()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.Is64BitProcess, "The mend is for Linux only.");
        byte[] original = File.ReadAllBytes(Packaged("torchsharp", Library)),
            foreign = File.ReadAllBytes(Packaged("libtorch-cpu-linux-x64", "libc10.so"));
        string mended = Put("mended", original),
            untouched = Put("foreign", foreign),
            text = Put("text", "no library at all"u8.ToArray());

        RunTarget();

        byte[] once = File.ReadAllBytes(mended);
        int flag = Assert.Single(Enumerable.Range(0, original.Length), at => original[at] != once[at]);
        Assert.Equal(original.Length, once.Length);
        Assert.Equal(original[flag] | Weak, once[flag]);
        Assert.Equal(ElfHash(Version), BitConverter.ToUInt32(once, flag - 4)); // vna_hash stands before vna_flags
        AssertUntouched();

        File.Delete(Path.Combine(_folder, "weakened.stamp")); // so that the task looks at them again
        RunTarget();

        Assert.Equal(once, File.ReadAllBytes(mended));
        AssertUntouched();

        void AssertUntouched()
        {
            Assert.Equal(foreign, File.ReadAllBytes(untouched));
            Assert.Equal("no library at all", File.ReadAllText(text));
            Assert.Equal(3, Directory.GetFiles(_folder, $"{Library}*", SearchOption.AllDirectories).Length);
        }
    }

    private string Put(string folder, byte[] content)
    {
        string path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, folder)).FullName, Library);
        File.WriteAllBytes(path, content);
        return path;
    }

    private void RunTarget()
    {
        string project = Path.Combine(_folder, "mend.proj");
        File.WriteAllText(project, $"""<Project><Import Project="{Repository.Root}/Directory.Build.targets" /></Project>""");
        using Process build = Process.Start(
            new ProcessStartInfo(
                "dotnet",
                ["msbuild", project, "-nologo", "-nodeReuse:false", "-t:FindTorchSharpInOutput", $"-p:OutDir={_folder}/"])
            {
                RedirectStandardOutput = true,
            }
        )!;
        string output = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        Assert.True(build.ExitCode == 0, output);
    }

    private static string Packaged(string package, string file)
    {
        string root = typeof(WeakenVersionNeedTests)
            .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(item => item.Key == "PackageRoot")
            .Value!;
        return Directory.GetFiles(Path.Combine(root, package), file, SearchOption.AllDirectories).Max()!;
    }

    /// <summary>The hash of symbol names in the System V ABI.</summary>
    private static uint ElfHash(string name)
    {
        uint hash = 0;
        foreach (char letter in name)
        {
            hash = (hash << 4) + letter;
            uint high = hash & 0xf0000000;
            hash = (hash ^ (high >> 24)) & ~high;
        }

        return hash;
    }
}
