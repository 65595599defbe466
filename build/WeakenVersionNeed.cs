using System;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

/// <summary>Marks one needed symbol version of a 64-bit little-endian ELF library as weak, in place.</summary>
public sealed class WeakenVersionNeed : Task
{
    private const uint VersionNeedSection = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort WeakFlag = 2;                  // VER_FLG_WEAK

    [Required]
    public string Library { get; set; } = "";

    [Required]
    public string Version { get; set; } = "";

    public override bool Execute()
    {
        byte[] elf = File.ReadAllBytes(Library);
        int flags = FindFlags(elf);
        if (flags < 0 || (elf[flags] & WeakFlag) != 0)
        {
            return true;
        }

        elf[flags] |= (byte)WeakFlag;
        DateTime copied = File.GetLastWriteTimeUtc(Library);
        string mended = Library + ".mended";
        File.WriteAllBytes(mended, elf);
        File.SetLastWriteTimeUtc(mended, copied); // the next build compares times and must not copy it again
        File.Delete(Library);
        File.Move(mended, Library);
        Log.LogMessage(MessageImportance.Normal, "{0}: {1} is now optional", Library, Version);
        return true;
    }

    private int FindFlags(byte[] elf)
    {
        bool isElf64 = elf.Length > 64 && BitConverter.ToUInt32(elf, 0) == 0x464c457f && elf[4] == 2 && elf[5] == 1;
        if (!isElf64)
        {
            return -1;
        }

        long sections = BitConverter.ToInt64(elf, 40);
        int size = BitConverter.ToUInt16(elf, 58), count = BitConverter.ToUInt16(elf, 60);
        for (int i = 0; i < count; i++)
        {
            int section = (int)sections + i * size;
            if (BitConverter.ToUInt32(elf, section + 4) == VersionNeedSection)
            {
                int strings = (int)sections + BitConverter.ToInt32(elf, section + 40) * size;
                return FindFlags(elf, (int)BitConverter.ToInt64(elf, section + 24), (int)BitConverter.ToInt64(elf, strings + 24));
            }
        }

        return -1;
    }

    private int FindFlags(byte[] elf, int need, int names)
    {
        while (true)
        {
            int entry = need + BitConverter.ToInt32(elf, need + 8); // vn_aux
            for (int left = BitConverter.ToUInt16(elf, need + 2); left > 0; left--)
            {
                if (NameAt(elf, names + BitConverter.ToInt32(elf, entry + 8)) == Version)
                {
                    return entry + 4; // vna_flags
                }

                entry += BitConverter.ToInt32(elf, entry + 12); // vna_next
            }

            int next = BitConverter.ToInt32(elf, need + 12); // vn_next
            if (next == 0)
            {
                return -1;
            }

            need += next;
        }
    }

    private static string NameAt(byte[] elf, int start) =>
        Encoding.ASCII.GetString(elf, start, Array.IndexOf(elf, (byte)0, start) - start);
}
