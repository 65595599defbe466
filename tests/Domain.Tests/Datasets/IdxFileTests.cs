using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Domain.Tests.Datasets;

public sealed class IdxFileTests : IDisposable
{
    private static readonly byte[] s_data = [.. Enumerable.Range(0, 24).Select(i => (byte)(i * 10))];
    private static readonly byte[] s_file = IdxBytes.Of([2, 3, 4], s_data);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("digits", false)]
    [InlineData("digits.gz", true)]
    [InlineData("DIGITS.GZ", true)]
    public void A_file_is_read_gzip_or_plain(string name, bool packed)
    {
        string path = _folder.Write(name, packed ? IdxBytes.Gzip(s_file) : s_file);

        var array = IdxFile.Read(path, rank: 3).Value();

        Assert.Equal([2, 3, 4], array.Dimensions);
        Assert.Equal(s_data, array.Data.ToArray());
    }

    [Theory]
    [InlineData(0x00000003u, "00000003")] // no type
    [InlineData(0x00000d03u, "00000d03")] // floats
    [InlineData(0x00000801u, "00000801")] // labels where images should be
    [InlineData(0x03080000u, "03080000")] // bytes in the wrong order
    [InlineData(0x504b0304u, "504b0304")] // a zip archive
    public void A_wrong_magic_number_is_shown_beside_the_right_one(uint magic, string shown) =>
        AssertInvalid(IdxBytes.WithMagic(magic, [2, 3, 4], s_data), $"begins with {shown}", "begins with 00000803");

    [Fact]
    public void A_file_cut_anywhere_is_truncated()
    {
        for (int length = 0; length < s_file.Length; length++)
        {
            AssertInvalid(
                s_file[..length],
                length < 16
                    ? "truncated: it ends within its header"
                    : $"truncated: it holds {length - 16} bytes of data and its header says 24");
        }
    }

    [Fact]
    public void A_file_that_goes_on_after_its_data_is_refused()
    {
        AssertInvalid([.. s_file, 0], "goes on after the 24 bytes");
        AssertInvalid(IdxBytes.Of([2, 3, 3], s_data), "goes on after the 18 bytes");
    }

    [Theory]
    [InlineData(0u, 3u, 4u)]
    [InlineData(2u, 0u, 4u)]
    [InlineData(uint.MaxValue, uint.MaxValue, uint.MaxValue)]
    [InlineData(0x80000000u, 2u, 1u)]
    [InlineData(1u << 30, 1u, 2u)]
    public void A_size_of_nothing_or_beyond_all_reason_is_refused_before_anything_is_allocated(uint a, uint b, uint c) =>
        AssertInvalid(IdxBytes.Of([a, b, c], s_data), "claims a size of 0 or of more than 1073741824 bytes");

    [Fact]
    public void A_missing_file_and_a_folder_in_its_place_cannot_be_read()
    {
        foreach (string path in (string[])[Path.Combine(_folder.Path, "absent"), _folder.Path])
        {
            Assert.StartsWith($"{path} cannot be read: ", IdxFile.Read(path, rank: 3).Fault());
        }
    }

    [Fact]
    public void A_damaged_gzip_file_is_refused()
    {
        byte[] good = IdxBytes.Gzip(s_file);
        var damaged = new Dictionary<string, byte[]>
        {
            ["plain"] = s_file,
            ["magic"] = Flipped(good, 0),
            ["payload"] = Flipped(good, good.Length / 2),
            ["checksum"] = Flipped(good, good.Length - 8),
            ["length"] = Flipped(good, good.Length - 4),
            ["half"] = good[..(good.Length / 2)],
            ["empty"] = [],
        };

        foreach ((string part, byte[] content) in damaged)
        {
            string path = _folder.Write($"{part}.gz", content);
            Assert.True(IdxFile.Read(path, rank: 3).Fault().StartsWith(path, StringComparison.Ordinal), part);
        }

        static byte[] Flipped(byte[] content, int at)
        {
            byte[] copy = [.. content];
            copy[at] ^= 0x10;
            return copy;
        }
    }

    private void AssertInvalid(byte[] content, params string[] parts)
    {
        foreach (bool packed in (bool[])[false, true])
        {
            string path = _folder.Write(packed ? "wrong.gz" : "wrong", packed ? IdxBytes.Gzip(content) : content);
            string reason = IdxFile.Read(path, rank: 3).Fault();
            Assert.StartsWith(path, reason);
            Assert.All(parts, part => Assert.Contains(part, reason));
        }
    }
}
