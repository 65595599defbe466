using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace AutoencoderApi.Api.Tests.Datasets;

/// <summary>What the folders and the other files of a zip say.</summary>
[Collection(TrainedCollection.Name)]
public sealed class ZipFolderTests(TrainedService trained)
{
    private ServiceClient Service => trained.Service;

    [Theory]
    [InlineData("train", "validation", "test")]
    [InlineData("Train", "Val", "Test")]
    [InlineData("TRAINING", "VALID", "TESTING")]
    [InlineData("training", "val", "testing")]
    [InlineData("mine/Training", "mine/Validation", "mine/Test")]
    public async Task Split_folders_are_known_by_every_usual_name_and_case(string train, string validation, string test)
    {
        JsonNode set = await Stored([.. Folder(train, 0, 5), .. Folder(validation, 5, 2), .. Folder(test, 7, 3)]);
        Assert.Equal("""{"train":5,"validation":2,"test":3}""", set["splits"]!.ToJsonString());
        set = await Stored([.. Folder($"{train}/3", 0, 5), .. Folder($"{train}/4", 5, 5), .. Folder($"{test}/3", 10, 3)]);
        Assert.Equal(("""{"train":9,"validation":1,"test":3}""", """{"3":8,"4":5}"""),
            (set["splits"]!.ToJsonString(), set["labels"]!.ToJsonString()));
    }

    [Theory]
    [InlineData("train_images", "test_images", "the folder 'test_images', which may mean a split")]
    [InlineData("mnist-train", "mnist-test", "may mean a split")]
    [InlineData("trainset", "testset", "may mean a split")]
    [InlineData("train", "dev", "leaves it open")]
    [InlineData("train", "test/validation", "folders of two splits")]
    [InlineData("Training2", "Testing2", "may mean a split")]
    public async Task Folders_that_may_mean_a_split_are_never_mixed(string one, string other, string reason) =>
        Assert.Contains(reason, await Refused([.. Folder(one, 0, 5), .. Folder(other, 5, 5)]), StringComparison.Ordinal);

    [Fact]
    public async Task The_label_is_the_folder_nearest_to_the_file_that_is_a_number()
    {
        JsonNode set = await Stored([.. Folder("28/3", 0, 6), .. Folder("28/4/scans", 6, 5), .. Folder("28/1/5", 11, 4)]);
        Assert.Equal("""{"3":6,"4":5,"5":4}""", set["labels"]!.ToJsonString());
    }

    [Fact]
    public async Task Classes_by_name_are_counted_and_told()
    {
        JsonNode set = await Stored([.. Folder("leaves/oak", 0, 6), .. Folder("leaves/birch", 6, 5), .. Folder("leaves/Ahorn", 11, 4)]);
        Assert.Equal("""{"Ahorn":4,"birch":5,"oak":6}""", set["labels"]!.ToJsonString());
        set = await Stored([.. Folder("train/oak", 0, 6), .. Folder("train/birch", 6, 5), .. Folder("test/oak", 11, 4)]);
        Assert.Equal(("""{"birch":5,"oak":10}""", 4), (set["labels"]!.ToJsonString(), (int)set["splits"]!["test"]!));
        Assert.Equal("{}", (await Stored([.. Folder("leaves", 0, 6)]))["labels"]!.ToJsonString());
        Assert.Equal("{}", (await Stored([.. Folder("leaves", 0, 6), ("top.png", OwnImages.Png(7))]))["labels"]!.ToJsonString());
    }

    [Fact]
    public async Task The_same_images_under_other_class_names_are_another_data_set()
    {
        byte[] oak = OwnImages.Zip([.. Folder("oak", 0, 6), .. Folder("pine", 6, 5)]),
            elm = OwnImages.Zip([.. Folder("elm", 0, 6), .. Folder("pine", 6, 5)]);
        Assert.Equal(HttpStatusCode.Created, (await Service.PutZip("classes", oak)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Service.PutZip("classes", oak)).StatusCode);
        await Expect.Problem(HttpStatusCode.Conflict, await Service.PutZip("classes", elm));
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync("/v1/datasets/classes")).StatusCode);
    }

    [Fact]
    public async Task Class_folders_that_make_no_labels_are_refused()
    {
        Assert.Contains("300 folders", await Refused(
            [.. Enumerable.Range(0, 300).Select(i => ($"class{i:d3}/{i}.png", OwnImages.Png(i, 8, 8)))]), StringComparison.Ordinal);
        Assert.Contains("at most 100 characters", await Refused([.. Folder("a", 0, 5), .. Folder(new string('b', 101), 5, 5)]),
            StringComparison.Ordinal);
        Assert.Contains("control characters", await Refused([.. Folder("a", 0, 5), .. Folder("b\u0001", 5, 5)]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Thumbs.db")]
    [InlineData("d/0/thumbs.DB")]
    [InlineData("desktop.ini")]
    [InlineData("d/1/ehthumbs_vista.db")]
    [InlineData("$RECYCLE.BIN/x.png")]
    [InlineData("System Volume Information/IndexerVolumeGuid")]
    [InlineData(".DS_Store")]
    [InlineData("d/._0.png")]
    [InlineData("__MACOSX/d/0/._a.png")]
    [InlineData("d/Icon\r")]
    [InlineData("d/@eaDir/a.png@SynoEAStream")]
    [InlineData("README.txt")]
    [InlineData("d/readme.md")]
    [InlineData("LICENSE")]
    public async Task What_desktops_leave_and_documents_are_passed_over(string name)
    {
        JsonNode set = await Stored([.. Folder("d/0", 0, 6), .. Folder("d/1", 6, 6), (name, [0xd0, 0xcf, 0x11, 0xe0])]);
        Assert.Equal("""{"0":6,"1":6}""", set["labels"]!.ToJsonString());
    }

    [Fact]
    public async Task What_is_no_PNG_is_named_as_what_it_is()
    {
        (string, byte[])[] images = [.. Folder("d/0", 0, 6), .. Folder("d/1", 6, 6)];
        (string Name, byte[] File, string Reason)[] strangers =
        [
            ("labels.csv", Encoding.UTF8.GetBytes("0,1"), "'labels.csv' is no PNG"),
            ("d/0/a.jpg", Images.JpegFile.Write(28, 28), "'d/0/a.jpg' is a JPEG, no PNG"),
            ("d/0/a.png", Images.JpegFile.Write(28, 28), "'d/0/a.png' is a JPEG, no PNG"),
            ("more.zip", OwnImages.Zip([]), "'more.zip' is a zip, no PNG"),
            ("empty", [], "'empty' is no PNG"),
        ];
        foreach ((string name, byte[] file, string reason) in strangers)
        {
            string detail = await Refused([.. images, (name, file)]);
            Assert.Contains(reason, detail, StringComparison.Ordinal);
            Assert.DoesNotContain("label:", detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_encrypted_zip_is_told_as_one()
    {
        byte[] zip = OwnImages.Zip(Folder("d", 0, 6));
        int directory = zip.AsSpan().IndexOf("PK\u0001\u0002"u8);
        zip[6] |= 1; // the first entry's flags (APPNOTE 4.4.4): in its own header and in the directory
        zip[directory + 8] |= 1;
        JsonNode problem = await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Service.PutZip("folders", zip));
        Assert.Contains("'d/000.png' is encrypted. Pack the zip without a password.", (string?)problem["detail"], StringComparison.Ordinal);
    }

    private static IEnumerable<(string, byte[])> Folder(string name, int first, int count) =>
        Enumerable.Range(first, count).Select(i => ($"{name}/{i:d3}.png", OwnImages.Png(i)));

    private async Task<JsonNode> Stored((string, byte[])[] entries)
    {
        using HttpResponseMessage response = await Service.PutZip("folders", OwnImages.Zip(entries));
        string body = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Created, body);
        JsonNode set = await Service.Json("/v1/datasets/folders");
        Assert.Equal(JsonNode.Parse(body)!["labels"]!.ToJsonString(), set["labels"]!.ToJsonString());
        Assert.Equal(HttpStatusCode.NoContent, (await Service.Http.DeleteAsync("/v1/datasets/folders")).StatusCode);
        return set;
    }

    private async Task<string> Refused((string, byte[])[] entries)
    {
        using HttpResponseMessage response = await Service.PutZip("folders", OwnImages.Zip(entries));
        return (string)(await Expect.Problem(HttpStatusCode.UnprocessableEntity, response))["detail"]!;
    }
}
