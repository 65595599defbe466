using System.Net;
using System.Text.Json.Nodes;
using AutoencoderApi.Api.Access;

namespace AutoencoderApi.Api.Tests.Access;

[Collection(KeyedCollection.Name)]
public sealed class CallerTests(KeyedService service)
{
    [Theory]
    [InlineData("Reader", "reader")]
    [InlineData("Operator", "operator")]
    [InlineData("Admin", "admin")]
    public async Task A_key_is_told_its_name_and_its_role(string role, string name)
    {
        Role known = Enum.Parse<Role>(role);
        using HttpResponseMessage response = await service.Send(HttpMethod.Get, "/v1/caller", known);
        JsonNode caller = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.Equal((HttpStatusCode.OK, name), (response.StatusCode, (string?)caller["role"]));
        Assert.Equal($"key-{ApiKey.HashOf(service.Keys[known])[..8].ToLowerInvariant()}", (string?)caller["name"]);
    }
}

[Collection(TrainedCollection.Name)]
public sealed class LocalCallerRoleTests(TrainedService trained)
{
    [Fact]
    public async Task A_caller_on_this_machine_of_a_service_without_keys_is_told_to_be_an_admin() =>
        Assert.Equal("""{"name":"local","role":"admin"}""", (await trained.Service.Json("/v1/caller")).ToJsonString());
}
