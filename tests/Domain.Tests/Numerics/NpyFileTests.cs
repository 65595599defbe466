using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using AutoencoderApi.Domain;
using AutoencoderApi.Domain.Numerics;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Domain.Tests.Numerics;

public sealed class NpyFileTests : IDisposable
{
    private static readonly int[] s_shape = [2, 1, 3];
    private static readonly float[] s_values = [0, -1.5f, float.Epsilon, 1 / 3f, float.MaxValue, 1e-20f];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [StartsProcesses]
    public void Numpy_reads_what_is_written()
    {
        Python.SkipWithout("numpy");
        string file = _folder.Write("code.npy", NpyFile.Write(s_shape, s_values));

        string[] lines = Python
            .Run(
                "import numpy, sys\na = numpy.load(sys.argv[1])\nprint(a.dtype.str, a.shape, "
                + "a.flags.c_contiguous)\nprint(*a.ravel().tolist())",
                file)
            .Split('\n');

        Assert.Equal("<f4 (2, 1, 3) True", lines[0]);
        Assert.Equal(s_values, lines[1].Split(' ').Select(number => (float)double.Parse(number, CultureInfo.InvariantCulture)));
    }

    [Fact]
    [StartsProcesses]
    public void Numpy_reads_bytes_that_are_written()
    {
        Python.SkipWithout("numpy");
        byte[] written = NpyFile.Write([4], (byte[])[0, 7, 128, 255]);
        string file = _folder.Write("labels.npy", written);
        Assert.Equal(
            "|u1 (4,) 0 7 128 255\n",
            Python.Run("import numpy, sys\na = numpy.load(sys.argv[1])\nprint(a.dtype.str, a.shape, *a.tolist())", file));
        NpyHeader header = NpyFile.ReadHeader(written).Value();
        Assert.Equal((NpyType.U1, 4, 128), (header.Type, header.Shape.Single(), header.DataAt));
        Assert.Null(header.LengthFault(written.Length));
        Assert.Contains("4 values of uint8 are 4", header.LengthFault(written.Length + 1), StringComparison.Ordinal);
        Assert.Contains("astype('<f4')", NpyFile.Read(written, [4]).Fault(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(1, 0)")]
    [InlineData("(2, 0)")]
    [StartsProcesses]
    public void What_numpy_writes_is_read(string version)
    {
        Python.SkipWithout("numpy");
        string file = Path.Combine(_folder.Path, "code.npy");
        Python.Run(
            $"import numpy, sys\na = "
            + $"numpy.array([{string.Join(", ", s_values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))}], "
            + $"'<f4').reshape(2, 1, 3)\n"
                + $"numpy.lib.format.write_array(open(sys.argv[1], 'wb'), a, version={version})",
            file);

        Assert.Equal(s_values, NpyFile.Read(System.IO.File.ReadAllBytes(file), s_shape).Value());
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 3), }", null)]
    [InlineData("{'shape':(2,1,3),'fortran_order':False,'descr':'<f4'}\n", null)]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1, 3), }", "astype('<f4')")]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (2, 1, 3), }", "astype('<f4')")]
    [InlineData("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 1, 3), }", "Fortran")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", "must be (2, 1, 3)")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }", "must be (2, 1, 3)")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 1, 3), }", "must be (2, 1, 3)")]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'shape': (2, 1, 3), }", "dictionary")]
    [InlineData("{'descr': '<f4', 'shape': (2, 1, 3), }", "dictionary")]
    [InlineData("{'descr': '<f4' 'fortran_order': False, 'shape': (2, 1, 3), }", "dictionary")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 3), 'more': 1}", "dictionary")]
    [InlineData("", "dictionary")]
    public void A_header_is_read_only_where_it_says_what_is_taken(string header, string? reason) => AssertRead(reason, File(header));

    [Fact]
    public void A_file_that_is_cut_off_or_goes_on_is_refused_at_every_length()
    {
        byte[] whole = NpyFile.Write(s_shape, s_values);
        AssertRead(null, whole);
        for (int length = 0; length < whole.Length; length++)
        {
            NpyFile.Read(whole.AsSpan(0, length), s_shape).Fault();
        }

        AssertRead("25 bytes follow its header; 6 values of float32 are 24", [.. whole, 0]);
    }

    [Theory]
    [InlineData(0, 0x92, "does not begin")]
    [InlineData(6, 3, "version 3.0")]
    [InlineData(7, 1, "version 1.1")]
    [InlineData(9, 0x40, "at most 1024")]
    public void A_start_that_is_none_is_refused(int at, byte value, string reason)
    {
        byte[] file = NpyFile.Write(s_shape, s_values);
        file[at] = value;
        AssertRead(reason, file);
    }

    private static byte[] File(string header)
    {
        byte[] file = [0x93, .. "NUMPY"u8, 2, 0, 0, 0, 0, 0, .. Encoding.Latin1.GetBytes(header), .. new byte[24]];
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(8), header.Length);
        return file;
    }

    private static void AssertRead(string? reason, byte[] file)
    {
        Result<float[], string> read = NpyFile.Read(file, s_shape);
        if (reason is null)
        {
            read.Value();
        }
        else
        {
            Assert.Contains(reason, read.Fault(), StringComparison.Ordinal);
        }
    }
}
