using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace AutoencoderApi.Api.Tests;

[Collection(TrainedCollection.Name)]
public sealed class TagTests(TrainedService trained)
{
    private HttpClient Client => trained.Service.Http;

    private string Strided => (string)trained.Jobs["strided"]["latestCheckpoint"]!;

    private string Dense => (string)trained.Jobs["dense"]["latestCheckpoint"]!;

    [Fact]
    public async Task A_tag_stands_for_its_checkpoint_wherever_an_id_may_stand_and_moves_to_another()
    {
        using HttpResponseMessage made = await Put("shown", Strided);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal("/v1/tags/shown", made.Headers.Location!.ToString());
        Assert.Equal(Strided, (string?)(await trained.Service.Json("/v1/checkpoints/shown"))["id"]);
        await Expect.Png(await Client.GetAsync("/v1/checkpoints/shown/layers/deconv1/tiles?dataset=synthetic-digits"));

        using HttpResponseMessage moved = await Put("shown", Dense);
        Assert.Equal(HttpStatusCode.OK, moved.StatusCode);
        Assert.NotEqual(made.Headers.ETag, moved.Headers.ETag);
        Assert.Equal(Dense, (string?)(await trained.Service.Json("/v1/checkpoints/shown"))["id"]);

        Assert.Equal(HttpStatusCode.NoContent, (await Client.DeleteAsync("/v1/tags/shown")).StatusCode);
        await Expect.Problem(HttpStatusCode.NotFound, await Client.GetAsync("/v1/checkpoints/shown"));
        await Expect.Problem(HttpStatusCode.NotFound, await Client.DeleteAsync("/v1/tags/shown"));
    }

    [Fact]
    public async Task A_tag_can_name_what_another_tag_names_now()
    {
        await Put("first", Strided);
        JsonNode second = (await (await Put("second", "first")).Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal(Strided, (string?)second["checkpoint"]);
        await Delete("first", "second");
    }

    [Fact]
    public async Task A_guarded_move_or_deletion_is_refused_where_somebody_else_has_moved_the_tag()
    {
        EntityTagHeaderValue before = (await Put("guarded", Strided)).Headers.ETag!;
        EntityTagHeaderValue after = (await Put("guarded", Dense, ifMatch: before)).Headers.ETag!;
        await Expect.Problem(HttpStatusCode.PreconditionFailed, await Put("guarded", Strided, ifMatch: before));
        await Expect.Problem(HttpStatusCode.PreconditionFailed, await Put("guarded", Strided, ifNoneMatch: EntityTagHeaderValue.Any));
        await Expect.Problem(HttpStatusCode.PreconditionFailed, await Put("not-there", Strided, ifMatch: EntityTagHeaderValue.Any));
        await Expect.Problem(HttpStatusCode.PreconditionFailed, await Send(HttpMethod.Delete, "/v1/tags/guarded", ifMatch: before));
        Assert.Equal(Dense, (string?)(await trained.Service.Json("/v1/tags/guarded"))["checkpoint"]);
        Assert.Equal(HttpStatusCode.NotModified, (await Send(HttpMethod.Get, "/v1/tags/guarded", ifNoneMatch: after)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await Send(HttpMethod.Delete, "/v1/tags/guarded", ifMatch: after)).StatusCode);
    }

    [Fact]
    public async Task Of_many_who_make_one_tag_at_once_one_makes_it_and_the_others_see_that()
    {
        HttpResponseMessage[] answers = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Put("raced", Strided, ifNoneMatch: EntityTagHeaderValue.Any)));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Created);
        Assert.Equal(15, answers.Count(answer => answer.StatusCode == HttpStatusCode.PreconditionFailed));
        HttpResponseMessage[] moves = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Put("raced", Dense)));
        Assert.All(moves, move => Assert.Equal(HttpStatusCode.OK, move.StatusCode));
        await Delete("raced");
    }

    [Fact]
    public async Task The_list_shows_the_tags_of_the_service_and_then_the_others_by_name_page_by_page()
    {
        string[] names = ["list-c", "list-a", "list-b"];
        await Task.WhenAll(names.Select(name => Put(name, Strided)));
        JsonNode page = await trained.Service.Json("/v1/tags?limit=2&cursor=list-");
        Assert.Equal(["list-a", "list-b"], page["items"]!.AsArray().Select(tag => (string)tag!["name"]!));
        JsonNode rest = await trained.Service.Json($"/v1/tags?limit=2&cursor={page["nextCursor"]}");
        Assert.Equal("list-c", (string?)rest["items"]![0]!["name"]);

        JsonArray first = (await trained.Service.Json("/v1/tags"))["items"]!.AsArray();
        Assert.Equal(["best", "latest"], first.Where(tag => (bool)tag!["managed"]!).Select(tag => (string)tag!["name"]!));
        foreach (string name in (string[])["best", "latest"])
        {
            Assert.NotNull((await trained.Service.Json($"/v1/tags/{name}"))["checkpoint"]);
        }

        await Delete(names);
    }

    [Fact]
    public async Task A_tagged_checkpoint_and_its_job_cannot_be_deleted_until_the_tag_is_gone()
    {
        string path = await trained.Service.Submit("""{"dataset":"synthetic-digits","steps":4,"checkpointEvery":2}""");
        JsonNode job = await trained.Service.Ended(path);
        string[] checkpoints =
        [
            .. (await trained.Service.Json((string)job["links"]!["checkpoints"]!))["items"]!.AsArray().Select(row => (string)row!["id"]!),
        ];
        Assert.Equal((string?)job["latestCheckpoint"], checkpoints[0]);
        await Put("kept", checkpoints[0]);
        foreach (string held in (string[])[path, $"/v1/checkpoints/{checkpoints[0]}", "/v1/checkpoints/kept"])
        {
            JsonNode problem = await Expect.Problem(HttpStatusCode.Conflict, await Client.DeleteAsync(held));
            Assert.Contains("'kept'", (string?)problem["detail"], StringComparison.Ordinal);
        }

        await Delete("kept");
        Assert.Equal(HttpStatusCode.NoContent, (await Client.DeleteAsync($"/v1/checkpoints/{checkpoints[0]}")).StatusCode);
        await Expect.Problem(HttpStatusCode.NotFound, await Client.GetAsync($"/v1/checkpoints/{checkpoints[0]}/weights"));
        Assert.Equal(checkpoints[1], (string?)(await trained.Service.Json(path))["latestCheckpoint"]);
        Assert.Equal(HttpStatusCode.NoContent, (await Client.DeleteAsync($"/v1/checkpoints/{checkpoints[1]}")).StatusCode);
        Assert.Null((await trained.Service.Json(path))["latestCheckpoint"]);
        Assert.Equal(HttpStatusCode.NoContent, (await Client.DeleteAsync(path)).StatusCode);
    }

    [Fact]
    public async Task A_checkpoint_of_a_job_that_runs_cannot_be_deleted()
    {
        string path = await trained.Service.Submit(
            """{"dataset":"synthetic-digits","steps":100000,"checkpointEvery":10,"evaluateEvery":100000}"""
        );
        JsonNode job = await trained.Service.Await(path, state => state["latestCheckpoint"] is not null);
        await Expect.Problem(HttpStatusCode.Conflict, await Client.DeleteAsync($"/v1/checkpoints/{job["latestCheckpoint"]}"));
        await trained.Service.Post($"{path}/cancel", "");
        await trained.Service.Ended(path);
        Assert.Equal(HttpStatusCode.NoContent, (await Client.DeleteAsync($"/v1/checkpoints/{job["latestCheckpoint"]}")).StatusCode);
    }

    [Fact]
    public async Task A_tag_and_a_deletion_that_race_never_leave_a_tag_without_its_checkpoint()
    {
        string path = await trained.Service.Submit("""{"dataset":"synthetic-digits","steps":20,"checkpointEvery":1,"evaluateEvery":20}""");
        JsonNode job = await trained.Service.Ended(path);
        JsonArray checkpoints = (await trained.Service.Json((string)job["links"]!["checkpoints"]!))["items"]!.AsArray();
        foreach (string id in checkpoints.Select(row => (string)row!["id"]!))
        {
            HttpResponseMessage[] both = await Task.WhenAll(Put($"race-{id[..8]}", id), Client.DeleteAsync($"/v1/checkpoints/{id}"));
            bool tagged = both[0].IsSuccessStatusCode, deleted = both[1].IsSuccessStatusCode;
            Assert.True(tagged != deleted, $"tag {both[0].StatusCode}, deletion {both[1].StatusCode}");
            await Delete($"race-{id[..8]}");
        }
    }

    [Theory]
    [InlineData("latest", HttpStatusCode.UnprocessableEntity)]
    [InlineData("best", HttpStatusCode.UnprocessableEntity)]
    [InlineData("Upper", HttpStatusCode.BadRequest)]
    [InlineData("-dash", HttpStatusCode.BadRequest)]
    [InlineData("with%20space", HttpStatusCode.BadRequest)]
    [InlineData("line%0A", HttpStatusCode.BadRequest)]
    [InlineData("..%2f..%2fetc%2fpasswd", HttpStatusCode.BadRequest)]
    [InlineData("0123456789abcdef0123456789abcdef", HttpStatusCode.BadRequest)]
    [InlineData("a23456789012345678901234567890123456789012345678901234567890123456", HttpStatusCode.BadRequest)]
    public async Task A_name_that_cannot_be_a_tag_is_refused_and_says_why(string name, HttpStatusCode status) =>
        await Expect.Problem(status, await Put(name, Strided));

    [Theory]
    [InlineData("/v1/experiments", """{"grid":{"seed":[1]},"name":"latest"}""", "name: ")]
    [InlineData("/v1/experiments", """{"grid":{"seed":[1]},"name":"best"}""", "name: ")]
    [InlineData("/v1/experiments", """{"grid":{"seed":[1]},"name":"01a21060-c1dc-7de8-acad-04c104cfdd76"}""", "name: ")]
    [InlineData("/v1/experiments", """{"grid":{"seed":[1]},"name":"deadbeefdeadbeefdeadbeefdeadbeef"}""", "name: ")]
    [InlineData("/v1/experiments", """{"grid":{"seed":[1]},"name":"latest","tag":"mine"}""", "name: ")]
    [InlineData("/v1/experiments", """{"preset":"convolutional-autoencoder","name":"best"}""", "name: ")]
    [InlineData("/v1/experiments", """{"jobs":[{"name":"latest"}]}""", "name: ")]
    [InlineData("/v1/experiments", """{"jobs":[{}],"tag":"best"}""", "tag: ")]
    [InlineData("/v1/experiments", """{"jobs":[{}],"tag":"0123456789abcdef0123456789abcdef"}""", "tag: ")]
    [InlineData("/v1/training-jobs", """{"name":"latest"}""", "name: ")]
    [InlineData("/v1/training-jobs", """{"name":"best"}""", "name: ")]
    public async Task Jobs_and_experiments_cannot_have_a_name_that_the_service_manages_or_that_no_tag_can_have(
        string path,
        string body,
        string field)
    {
        JsonNode problem = await Expect.Problem(HttpStatusCode.UnprocessableEntity, await trained.Service.Post(path, body));
        Assert.StartsWith(field, (string?)problem["detail"]);
    }

    [Theory]
    [InlineData("latest")]
    [InlineData("best")]
    [InlineData("0123456789abcdef0123456789abcdef")]
    public async Task A_tag_of_a_managed_name_that_an_earlier_version_made_can_be_deleted_and_then_what_it_names(string name)
    {
        string path = await trained.Service.Submit("""{"dataset":"synthetic-digits","steps":2}""");
        Guid checkpoint = (Guid)(await trained.Service.Ended(path))["latestCheckpoint"]!;
        await using (AppDbContext store = await trained.Inside.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync())
        {
            store.Tags.Add(
                new TagRow
                {
                    Name = name,
                    CheckpointId = checkpoint,
                    Revision = Guid.CreateVersion7(),
                    MovedAt = DateTime.UtcNow,
                });
            await store.SaveChangesAsync();
        }

        await Expect.Problem(HttpStatusCode.Conflict, await Client.DeleteAsync(path));
        Assert.Equal(HttpStatusCode.NoContent, (await Client.DeleteAsync($"/v1/tags/{name}")).StatusCode);
        await Expect.Problem(
            Guid.TryParse(name, out _) ? HttpStatusCode.NotFound : HttpStatusCode.UnprocessableEntity,
            await Client.DeleteAsync($"/v1/tags/{name}"));
        Assert.Equal(HttpStatusCode.NoContent, (await Client.DeleteAsync(path)).StatusCode);
    }

    [Theory]
    [InlineData("""{"checkpoint":"nothing"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"checkpoint":"00000000-0000-0000-0000-000000000000"}""", HttpStatusCode.UnprocessableEntity)]
    [InlineData("""{"checkpoint":null}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"checkpoint":1}""", HttpStatusCode.BadRequest)]
    [InlineData("{}", HttpStatusCode.BadRequest)]
    [InlineData("", HttpStatusCode.BadRequest)]
    public async Task A_body_that_names_no_checkpoint_is_refused(string body, HttpStatusCode status) =>
        await Expect.Problem(
            status,
            await Client.PutAsync("/v1/tags/any", new StringContent(body, MediaTypeHeaderValue.Parse("application/json"))));

    private async Task Delete(params string[] tags)
    {
        foreach (string tag in tags)
        {
            await Client.DeleteAsync($"/v1/tags/{tag}");
        }
    }

    private Task<HttpResponseMessage> Put(
        string tag,
        string checkpoint,
        EntityTagHeaderValue? ifMatch = null,
        EntityTagHeaderValue? ifNoneMatch = null
    ) => Send(HttpMethod.Put, $"/v1/tags/{tag}", ifMatch, ifNoneMatch, JsonContent.Create(new { checkpoint }));

    private async Task<HttpResponseMessage> Send(
        HttpMethod method,
        string path,
        EntityTagHeaderValue? ifMatch = null,
        EntityTagHeaderValue? ifNoneMatch = null,
        HttpContent? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body };
        if (ifMatch is not null)
        {
            request.Headers.IfMatch.Add(ifMatch);
        }

        if (ifNoneMatch is not null)
        {
            request.Headers.IfNoneMatch.Add(ifNoneMatch);
        }

        return await Client.SendAsync(request);
    }
}
