using System.Net;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using AutoencoderApi.Api.Access;

namespace AutoencoderApi.Api.Tests.Access;

[Collection(KeyedCollection.Name)]
public sealed class SecretTests(KeyedService service)
{
    [Fact]
    public async Task Keys_stand_neither_in_the_log_nor_in_answers_nor_in_the_store()
    {
        string wrong = ApiKey.Create();
        string[] secrets = [.. service.Keys.Values, wrong];
        var answers = new StringBuilder();
        foreach (string key in secrets)
        {
            string basic = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($":{key}"));
            foreach (string path in (string[])
                    ["/v1/training-jobs", "/v1/nowhere", "/hangfire", "/hangfire/servers", "/openapi/v1.json", "/metrics", "/health/ready"])
            {
                answers.Append(
                    await (await service.Http.SendAsync(KeyedService.Request(HttpMethod.Get, path, key))).Content.ReadAsStringAsync());
                answers.Append(
                    await (
                        await service.Http.SendAsync(KeyedService.Request(HttpMethod.Get, path, null, ("Authorization", basic)))
                    ).Content.ReadAsStringAsync());
            }
        }

        using HttpRequestMessage post = KeyedService.Request(HttpMethod.Post, "/v1/training-jobs", service.Keys[Role.Operator]);
        post.Content = new StringContent("""{"dataset":"synthetic-digits","steps":1}""", Encoding.UTF8, "application/json");
        using HttpResponseMessage accepted = await service.Http.SendAsync(post);
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        answers.Append(await accepted.Content.ReadAsStringAsync());

        string log = service.Process.Output();
        // it logs all there is
        Assert.Contains("AuthenticationScheme: ApiKey was successfully authenticated", log, StringComparison.Ordinal);
        string store = string.Concat(Directory.GetFiles(service.Folder, "*", SearchOption.AllDirectories).Select(Read));
        Assert.Contains("synthetic-digits", store, StringComparison.Ordinal);
        foreach (string key in secrets)
        {
            Assert.DoesNotContain(key, log, StringComparison.Ordinal);
            Assert.DoesNotContain(key, answers.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain(key, store, StringComparison.Ordinal);
        }

        static string Read(string path)
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            byte[] bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return Encoding.Latin1.GetString(bytes);
        }
    }

    [Fact]
    public void Keys_are_256_random_bits_and_never_the_same()
    {
        string[] keys = [.. Enumerable.Range(0, 1_000).Select(_ => ApiKey.Create())];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.All(keys, key => Assert.Equal(32, System.Buffers.Text.Base64Url.DecodeFromChars(key.AsSpan(4)).Length));
        Assert.All(keys, key => Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))), ApiKey.HashOf(key)));
    }

    [Fact]
    public void Keys_are_compared_in_constant_time()
    {
        Assert.Equal(["FixedTimeEquals"], CallsOf(typeof(ApiKey).GetMethod(nameof(ApiKey.Matches))!));
        IEnumerable<string> finding = CallsOf(typeof(ApiKeyStore).GetMethod(nameof(ApiKeyStore.Find))!);
        Assert.Contains(nameof(ApiKey.Matches), finding);
        Assert.DoesNotContain(finding, name => name.Contains("Equal", StringComparison.Ordinal));

        // The operands of call (28) and callvirt (6f) in the method's code (ECMA-335, III.3.19 and III.4.2).
        static IEnumerable<string> CallsOf(MethodInfo method)
        {
            byte[] code = method.GetMethodBody()!.GetILAsByteArray()!;
            for (int i = 0; i + 5 <= code.Length; i++)
            {
                if (code[i] is 0x28 or 0x6f
                    && code[i + 4] is 0x06 or 0x0a or 0x2b
                    && Resolve(BitConverter.ToInt32(code, i + 1)) is { } called)
                {
                    yield return called.Name;
                }
            }

            MethodBase? Resolve(int token) => method.Module.ResolveMember(token) as MethodBase;
        }
    }

    [Theory]
    [InlineData("Access__Keys__0__Role", "admin")]
    [InlineData("Access__Keys__0__Hash", "secret")]
    [InlineData("Access__TrustedProxies__0", "anyone")]
    [InlineData("Access__CorsOrigins__0", "*")]
    [InlineData("Limits__Steps", "0")]
    [InlineData("Limits__RequestsPerSecond", "-1")]
    public async Task A_setting_that_makes_no_sense_stops_the_start_and_is_named(string name, string value)
    {
        string folder = Directory.CreateTempSubdirectory("autoencoder-").FullName;
        (int status, string output, string errors) = await ServiceProcess.Run(
            [],
            (name, value),
            ("Store__Folder", folder),
            ("ASPNETCORE_URLS", "http://127.0.0.1:0")
        );
        Directory.Delete(folder, recursive: true);
        Assert.NotEqual(0, status);
        Assert.Contains(name.Split("__")[1], output + errors, StringComparison.Ordinal);
    }
}
