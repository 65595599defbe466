using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Domain.Tests.Datasets;

public sealed class IdxFolderTests : IDisposable
{
    private const int Train = 5_003, Test = 20;

    private readonly TemporaryFolder _folder = new();

    public IdxFolderTests()
    {
        Write("train-images-idx3-ubyte", Images(Train));
        Write("train-labels-idx1-ubyte", Labels(Train));
        Write("t10k-images-idx3-ubyte", Images(Test));
        Write("t10k-labels-idx1-ubyte", Labels(Test));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_first_5000_training_images_are_for_validation()
    {
        Dataset dataset = Loaded();

        Assert.Equal("mnist", dataset.Name);
        Assert.Equal((Train - 5_000, 5_000, Test), (dataset.Train.Count, dataset.Validation.Count, dataset.Test.Count));
        AssertImage(5_000, dataset.Train, 0);
        AssertImage(5_002, dataset.Train, 2);
        AssertImage(0, dataset.Validation, 0);
        AssertImage(4_999, dataset.Validation, 4_999);
        AssertImage(19, dataset.Test, 19);

        static void AssertImage(int number, DatasetSplit set, int at)
        {
            Assert.Equal(number % 10, set.Label(at));
            Assert.Equal(Enumerable.Repeat((byte)(number % 251), 784), set.Image(at).ToArray());
        }
    }

    [Theory]
    [InlineData("t10k-images-idx3-ubyte.gz")]
    [InlineData("t10k-images.idx3-ubyte")]
    [InlineData("t10k-images.idx3-ubyte.gz")]
    public void Each_file_may_be_gzip_or_plain_under_any_of_its_usual_names(string name)
    {
        File.Delete(Path.Combine(_folder.Path, "t10k-images-idx3-ubyte"));
        Write(name, name.EndsWith(".gz", StringComparison.Ordinal) ? IdxBytes.Gzip(Images(Test)) : Images(Test));

        Assert.Equal(Test, Loaded().Test.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_description_is_that_of_the_data_and_reads_no_image(bool isPacked)
    {
        if (isPacked)
        {
            File.Delete(Path.Combine(_folder.Path, "train-images-idx3-ubyte"));
            Write("train-images-idx3-ubyte.gz", IdxBytes.Gzip(Images(Train)));
        }

        Dataset data = Loaded();
        IdxFolder.Describe("mnist", _folder.Path); // compiled
        long before = GC.GetAllocatedBytesForCurrentThread();
        DatasetInfo info = IdxFolder.Describe("mnist", _folder.Path).Value();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000); // the images have 4 MB
        Assert.Equal((data.Train.Count, 5_000, Test), (info.Train, info.Validation, info.Test));
        Assert.Equal(DatasetInfo.Of(data).Labels.ToArray().Order(), info.Labels.ToArray().Order());
    }

    [Fact]
    public void A_stamp_changes_with_each_file()
    {
        string[] stamps = [IdxFolder.Stamp(_folder.Path), .. IdxFolder.Files.Select(file =>
        {
            File.SetLastWriteTimeUtc(Path.Combine(_folder.Path, file), DateTime.UnixEpoch);
            return IdxFolder.Stamp(_folder.Path);
        })];
        Assert.Equal(5, stamps.Distinct().Count());
        Assert.NotEqual(stamps[0], IdxFolder.Stamp("/nowhere"));
    }

    [Theory]
    [InlineData("train-images-idx3-ubyte")]
    [InlineData("train-labels-idx1-ubyte")]
    [InlineData("t10k-images-idx3-ubyte")]
    [InlineData("t10k-labels-idx1-ubyte")]
    public void A_missing_file_and_a_damaged_one_are_named(string file)
    {
        string path = Path.Combine(_folder.Path, file);
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..^1]);
        Assert.StartsWith($"mnist: {path} is truncated", Fault());

        File.Delete(path);
        Assert.StartsWith($"mnist: {_folder.Path} lacks ", Fault());
        Assert.Contains(file, Fault());
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named_with_what_to_put_there() =>
        Assert.Contains("/nowhere lacks ", IdxFolder.Load("mnist", "/nowhere").Fault());

    [Fact]
    public void Counts_that_differ_are_shown()
    {
        string labels = Write("t10k-labels-idx1-ubyte", Labels(Test - 1));

        Assert.Contains($"dimensions 20×28×28 and {labels} has 19 labels", Fault());
    }

    [Theory]
    [InlineData(32u, 28u)]
    [InlineData(28u, 27u)]
    public void Images_of_another_size_are_refused(uint height, uint width)
    {
        string images = Write("t10k-images-idx3-ubyte", IdxBytes.Of([Test, height, width], new byte[Test * height * width]));

        Assert.Contains($"{images} has dimensions 20×{height}×{width}", Fault());
    }

    [Fact]
    public void Labels_in_the_place_of_images_are_refused()
    {
        string images = Write("t10k-images-idx3-ubyte", Labels(Test));

        Assert.StartsWith($"mnist: {images} begins with 00000801", Fault());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(255)]
    public void A_label_that_is_no_digit_is_shown_with_its_place(byte label)
    {
        byte[] content = Labels(Test);
        content[8 + 7] = label;
        string path = Write("t10k-labels-idx1-ubyte", content);

        Assert.Equal($"mnist: {path} has the label {label} at 7; labels are 0 to 9.", Fault());
    }

    [Fact]
    public void Too_few_images_to_leave_any_for_training_are_refused()
    {
        Write("train-images-idx3-ubyte", Images(5_000));
        Write("train-labels-idx1-ubyte", Labels(5_000));

        Assert.Contains($"the training file in {_folder.Path} has 5000 images; more than 5000 are needed", Fault());
    }

    private string Write(string name, byte[] content) => _folder.Write(name, content);

    private Dataset Loaded() => IdxFolder.Load("mnist", _folder.Path).Value();

    /// <summary>What is wrong with the folder, which its description says too.</summary>
    private string Fault()
    {
        string reason = IdxFolder.Load("mnist", _folder.Path).Fault();
        Assert.Equal(reason, IdxFolder.Describe("mnist", _folder.Path).Fault());
        return reason;
    }

    /// <summary>Images of one grey each, so that it tells which one it is.</summary>
    private static byte[] Images(int count)
    {
        byte[] pixels = new byte[count * 784];
        for (int i = 0; i < count; i++)
        {
            pixels.AsSpan(i * 784, 784).Fill((byte)(i % 251));
        }

        return IdxBytes.Of([(uint)count, 28, 28], pixels);
    }

    private static byte[] Labels(int count) => IdxBytes.Of([(uint)count], [.. Enumerable.Range(0, count).Select(i => (byte)(i % 10))]);
}
