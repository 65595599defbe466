using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Numerics;
using AutoencoderApi.Tests;

namespace AutoencoderApi.Api.Tests;

[Collection(TrainedCollection.Name)]
public sealed class ImportTests(TrainedService trained)
{
    private HttpClient Client => trained.Service.Http;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_exported_file_comes_back_by_import_as_a_checkpoint_that_gives_the_same_images(bool asForm)
    {
        byte[] file = await Weights("strided");
        JsonNode best = await trained.Service.Json("/v1/checkpoints/best"), latest = await trained.Service.Json("/v1/checkpoints/latest");
        using HttpResponseMessage response = asForm
            ? await Client.PostAsync("/v1/checkpoints?name=mine",
                new MultipartFormDataContent { { new ByteArrayContent(file), "file", "a.safetensors" } })
            : await Import(file, "?name=mine");
        JsonNode imported = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        string path = response.Headers.Location!.ToString();
        Assert.Equal($"/v1/checkpoints/{imported["id"]}", path);
        Assert.Null(imported["jobId"]);
        Assert.True((bool)imported["imported"]!);
        Assert.Equal("mine", (string?)imported["name"]);
        Assert.Equal(file, await Client.GetByteArrayAsync($"{path}/weights"));
        const string Question = "reconstruction?dataset=synthetic-digits&index=2";
        Assert.Equal(
            await Client.GetByteArrayAsync($"{trained.CheckpointOf("strided")}/{Question}"),
            await Client.GetByteArrayAsync($"{path}/{Question}"));

        Assert.Equal((string)best["id"]!, (string)(await trained.Service.Json("/v1/checkpoints/best"))["id"]!);
        Assert.Equal((string)latest["id"]!, (string)(await trained.Service.Json("/v1/checkpoints/latest"))["id"]!);
        JsonNode job = await trained.Service.Ended(
            await trained.Service.Submit($$"""{"dataset":"synthetic-digits","steps":2,"startFrom":"{{imported["id"]}}"}""")
        );
        Assert.Equal("succeeded", (string?)job["status"]);
        Assert.Equal(HttpStatusCode.NoContent, (await Client.DeleteAsync(path)).StatusCode);
    }

    [Fact]
    public async Task A_file_that_another_library_has_written_again_is_the_same_network_whatever_its_order()
    {
        var contents = Safetensors.Read(await Weights("switch-unpool")).Value();
        const string Question = "reconstruction?dataset=synthetic-digits&index=2";
        byte[] image = await Client.GetByteArrayAsync($"{trained.CheckpointOf("switch-unpool")}/{Question}");
        NamedTensor[] byName = [.. contents.Tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal)],
            weightsAlone = [.. byName.Where(tensor => !tensor.Name.Contains("exp_avg", StringComparison.Ordinal))];
        foreach (byte[] file in (byte[][])[Safetensors.Write(contents.Metadata, byName),
            Safetensors.Write(contents.Metadata, weightsAlone),
            Padded(Safetensors.Write(contents.Metadata, [.. Enumerable.Reverse(byName)]))])
        {
            using HttpResponseMessage response = await Import(file);
            Assert.True(response.StatusCode == HttpStatusCode.Created, await response.Content.ReadAsStringAsync());
            Uri path = response.Headers.Location!;
            Assert.Equal(image, await Client.GetByteArrayAsync($"{path}/{Question}"));
            Assert.Equal(file, await Client.GetByteArrayAsync($"{path}/weights"));
            Assert.Equal(HttpStatusCode.NoContent, (await Client.DeleteAsync(path)).StatusCode);
        }

        static byte[] Padded(byte[] file)
        {
            int length = (int)BitConverter.ToInt64(file);
            return [.. BitConverter.GetBytes(length + 512L), .. file[8..(8 + length)], .. Enumerable.Repeat((byte)' ', 512),
                .. file[(8 + length)..]];
        }
    }

    [Fact]
    public async Task A_checkpoint_looked_at_up_to_its_deletion_is_not_found_right_after_it()
    {
        string path = (await Import(await Weights("strided"), "")).Headers.Location!.ToString();
        string question = $"{path}/reconstruction?dataset=synthetic-digits";
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await Client.GetAsync(question)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.NoContent, (await Client.DeleteAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Client.GetAsync(question)).StatusCode);
    }

    [Fact]
    public async Task A_file_that_does_not_fit_its_own_network_is_refused_and_the_field_or_tensor_named()
    {
        byte[] file = await Weights("strided");
        int header = 8 + (int)BitConverter.ToInt64(file);
        await Refused(file[..4], "4 bytes");
        await Refused([.. BitConverter.GetBytes(1L << 60), .. file[8..]], "header length is 1152921504606846976");
        await Refused(file[..(header - 1)], "within its header");
        await Refused(file[..^1], "'output.weight.exp_avg_sq'");
        await Refused([.. file, 0], "goes on after its last tensor, 'output.weight.exp_avg_sq'");
        await Refused(With("\"conv1.weight\"", "\"conv9.weight\""), "'conv1.weight'");
        await Refused(With("[16,1,5,5]", "[16,1,25,1]"), "'conv1.weight' has the shape [16, 1, 25, 1]");
        await Refused(With("\"F32\"", "\"F16\""), "'conv1.weight': dtype");
        await Refused(With("\"data_offsets\":[0,1600]", "\"data_offsets\":[0,1604]"), "'conv1.weight': data_offsets");
        await Refused(With("[16,1,5,5]", "[2147483647,2147483647,2147483647,4]"), "'conv1.weight': shape");
        await Refused(With("autoencoder-api/1", "autoencoder-api/2"), "__metadata__.format");
        await Refused(With("\\u0022steps\\u0022:40", "\\u0022steps\\u0022:0"), "__metadata__.settings.steps");
        await Refused(With("\\u0022kernelSize\\u0022:5", "\\u0022kernelSize\\u0022:4"), "__metadata__.settings.kernelSize");
        await Refused(With("synthetic-digits", "../../etc/passwd"), "__metadata__.settings.dataset");
        await Refused(With("\\u0022step\\u0022:40", "\\u0022step\\u0022:41"), "__metadata__.progress.step");
        await Refused(With("\\u0022threads\\u0022:2", "\\u0022threads\\u0022:0"), "__metadata__.machine.threads");
        await Refused(With("\"conv1.bias\"", "\"conv1.weight\""), "header is not JSON");
        await Refused(With("\"conv1.bias\"", "\"\\ud800.bias\""), "header is not JSON");
        await Refused(WithValue(5, float.NaN), "'conv1.weight': value 5 is NaN");
        await Refused(WithValue(416, 1e30f), "'code.weight': value 0 is 1E+30");
        await Refused([], "0 bytes");

        byte[] With(string from, string to)
        {
            string json = Encoding.UTF8.GetString(file, 8, header - 8);
            int at = json.IndexOf(from, StringComparison.Ordinal);
            Assert.True(at >= 0, $"no {from} in {json}");
            byte[] changed = Encoding.UTF8.GetBytes(string.Concat(json.AsSpan(0, at), to, json.AsSpan(at + from.Length)));
            return [.. BitConverter.GetBytes((long)changed.Length), .. changed, .. file[header..]];
        }

        byte[] WithValue(int index, float value)
        {
            byte[] changed = [.. file];
            BitConverter.TryWriteBytes(changed.AsSpan(header + (4 * index)), value);
            return changed;
        }

        async Task Refused(byte[] body, string named)
        {
            JsonNode problem = await Expect.Problem(HttpStatusCode.UnprocessableEntity, await Import(body));
            Assert.Contains(named, (string?)problem["detail"], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_request_without_a_usable_file_or_name_is_refused()
    {
        byte[] file = await Weights("strided");
        await Expect.Problem(HttpStatusCode.BadRequest, await Import(file, "?name=Not%20a%20name"));
        await Expect.Problem(HttpStatusCode.BadRequest, await Import(file, "?name=line%0A"));
        await Expect.Problem(
            HttpStatusCode.BadRequest,
            await Client.PostAsync("/v1/checkpoints", new MultipartFormDataContent { { new ByteArrayContent(file), "weights", "a" } }));
        await Expect.Problem(
            HttpStatusCode.BadRequest,
            await Client.PostAsync(
                "/v1/checkpoints",
                new StringContent("no form", MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x"))));
        await Expect.Problem(HttpStatusCode.UnsupportedMediaType, await Client.PostAsync("/v1/checkpoints", new StringContent("text")));
        await Expect.Problem(HttpStatusCode.UnsupportedMediaType, await Client.PostAsync("/v1/checkpoints", null));
        using var large = new HttpRequestMessage(HttpMethod.Post, "/v1/checkpoints")
        {
            Content = new ByteArrayContent(new byte[CheckpointFile.MaxBytes + (128 * 1024)]),
        };
        large.Content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        large.Headers.ExpectContinue = true; // the refusal comes before the body is sent
        await Expect.Problem(HttpStatusCode.RequestEntityTooLarge, await Client.SendAsync(large));
    }

    [Fact]
    public async Task No_mutated_file_is_answered_with_a_fault_of_the_service()
    {
        byte[] file = await Weights("zero-unpool");
        var random = new SplitMix64(21);
        for (int i = 0; i < 300; i++)
        {
            using HttpResponseMessage response = await Import(MutatedFile.Next(file, ref random));
            Assert.True(
                response.StatusCode is HttpStatusCode.Created or HttpStatusCode.UnprocessableEntity,
                $"mutation {i}: {response.StatusCode}");
            if (response.Headers.Location is { } taken)
            {
                using var numbers = new HttpRequestMessage(HttpMethod.Get, $"{taken}/reconstruction?dataset=synthetic-digits")
                {
                    Headers = { { "Accept", "application/json" } },
                };
                Assert.Equal(HttpStatusCode.OK, (await Client.SendAsync(numbers)).StatusCode);
                Assert.Equal(HttpStatusCode.NoContent, (await Client.DeleteAsync(taken)).StatusCode);
            }
        }
    }

    private Task<byte[]> Weights(string architecture) => Client.GetByteArrayAsync($"{trained.CheckpointOf(architecture)}/weights");

    private Task<HttpResponseMessage> Import(byte[] file, string query = "") =>
        Client.PostAsync(
            $"/v1/checkpoints{query}",
            new ByteArrayContent(file) { Headers = { ContentType = new MediaTypeHeaderValue("application/octet-stream") } });
}
