using System.ComponentModel.DataAnnotations;
using System.Reflection;
using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Datasets;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Limits;
using AutoencoderApi.Api.Settings;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AutoencoderApi.Api.Tests.Settings;

/// <summary>Every setting of every section, as the options classes have them.</summary>
public sealed class SettingsTests
{
    private const string Hash = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        OtherHash = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    private static readonly IServiceCollection s_services = Registered();

    /// <summary>The path of every property that holds a value, with the property.</summary>
    public static IReadOnlyList<(string Path, PropertyInfo Property)> Values { get; } =
        [.. Sections().SelectMany(section => ValuesOf(section.Name, section.Options))];

    [Fact]
    public void Every_options_class_is_a_section_that_is_checked()
    {
        IEnumerable<Type> classes = typeof(LimitsOptions).Assembly.GetTypes().Where(type => type.GetField("Section")?.IsLiteral is true);
        Assert.Equal(classes.OrderBy(type => type.Name), Sections().Select(section => section.Options).OrderBy(type => type.Name));
        Assert.True(Values.Count > 40);
    }

    [Fact]
    public void A_misspelt_name_stops_the_start_and_the_right_one_is_named()
    {
        foreach ((string path, PropertyInfo property) in Values)
        {
            string name = property.Name;
            foreach (string wrong in (string[])[name[..^1], $"{name}x", $"{name[1]}{name[0]}{name[2..]}", name.Replace(name[2], '_')])
            {
                Expect($"{path[..^name.Length]}{wrong} is unknown; did you mean {name}?", ($"{path[..^name.Length]}{wrong}", "1"));
            }
        }

        foreach (SettingsSection section in Sections())
        {
            Expect($"{section.Name}x is unknown; did you mean {section.Name}?", ($"{section.Name}x:Anything", "1"));
        }

        Expect("ConnectionStrings:Stroe is unknown; did you mean Store?", ("ConnectionStrings:Stroe", "Host=db"));
        Expect("Acess is unknown; did you mean Access?", ("Acess:Keys:0:Hash", Hash));
    }

    [Fact]
    public void A_value_that_its_property_cannot_take_stops_the_start_and_what_it_takes_is_named()
    {
        foreach ((string path, PropertyInfo property) in Values.Where(value => value.Property.PropertyType != typeof(string)))
        {
            Expect($"{path} is 'no value'; set it to ", (path, "no value"));
            Expect($"{path}:0 is unknown; {path} takes one value.", ($"{path}:0", "1"));
            if (Nullable.GetUnderlyingType(property.PropertyType) is null)
            {
                Expect($"{path} is ''; set it to ", (path, ""));
            }

            if (property.GetCustomAttribute<RangeAttribute>() is { } range)
            {
                Expect($"{path} is '{Number(range.Minimum, -1)}'; set it to ", (path, Number(range.Minimum, -1)));
                Expect($"{path} is '{Number(range.Maximum, 1)}'; set it to ", (path, Number(range.Maximum, 1)));
                Expect($"{path} is '99999999999999999999'; set it to ", (path, "99999999999999999999"));
                Assert.Null(Violation((path, Number(range.Minimum, 0))));
                Assert.Null(Violation((path, Number(range.Maximum, 0))));
            }
        }

        static string Number(object bound, int beyond) =>
            string.Create(null as IFormatProvider, $"{Convert.ToDouble(bound, null) + beyond:0.#########}");
    }

    [Theory]
    [InlineData("Access:Keys:0:Role is 'superuser'; set it to reader, operator or admin.", "0:Hash", Hash, "0:Role", "superuser")]
    [InlineData("Access:Keys:0:Role is '7'; set it to reader, operator or admin.", "0:Hash", Hash, "0:Role", "7")]
    [InlineData("Access:Keys:0:Role is 'reader,admin'; set it to reader, operator or admin.", "0:Hash", Hash, "0:Role", "reader,admin")]
    [InlineData("Access:Keys:0:Role is ' admin'; set it to reader, operator or admin.", "0:Hash", Hash, "0:Role", " admin")]
    [InlineData(
        "Access:Keys:1:Role is 'oprator'; set it to reader, operator or admin.",
        "0:Hash",
        Hash,
        "0:Role",
        "reader",
        "1:Hash",
        OtherHash,
        "1:Role",
        "oprator"
    )]
    [InlineData("Access:Keys:0 must have a Hash of 64 hexadecimal digits and a Role", "0:Hash", Hash)]
    [InlineData("Access:Keys:0 must have a Hash of 64 hexadecimal digits and a Role", "0:Hash", Hash, "0:Role", "")]
    [InlineData("Access:Keys:0 must have a Hash of 64 hexadecimal digits and a Role", "0:Role", "admin")]
    [InlineData("Access:Keys:0 must have a Hash of 64 hexadecimal digits and a Role", "0:Hash", "", "0:Role", "admin")]
    [InlineData("Access:Keys:0 must have a Hash of 64 hexadecimal digits and a Role", "0:Hash", Hash + " ", "0:Role", "admin")]
    [InlineData("Access:Keys:0 must have a Hash of 64 hexadecimal digits and a Role", "0:Hash", " " + Hash, "0:Role", "admin")]
    [InlineData("Access:Keys:0 must have a Hash of 64 hexadecimal digits and a Role", "0:Name", "ci")]
    [InlineData("Access:Keys:0 cannot be read; set Access:Keys:0:Hash, Access:Keys:0:Role, Access:Keys:0:Name.", "0", Hash)]
    [InlineData("Access:Keys:0 cannot be read", "0", "")]
    [InlineData("Access:Keys:00 is unknown; number the elements of Access:Keys as in Access:Keys:0.", "00:Hash", Hash, "00:Role", "admin")]
    [InlineData("Access:Keys:ci is unknown; number the elements of Access:Keys", "ci:Hash", Hash, "ci:Role", "admin")]
    [InlineData("Access:Keys:-1 is unknown; number the elements of Access:Keys", "-1:Hash", Hash, "-1:Role", "admin")]
    [InlineData("Access:Keys:Hash is unknown; number the elements of Access:Keys", "Hash", Hash, "Role", "admin")]
    [InlineData("Access:Keys:0:Hash:0 is unknown; Access:Keys:0:Hash takes one value.", "0:Hash:0", Hash, "0:Role", "admin")]
    [InlineData(
        "Access:Keys has the same Hash twice.",
        "0:Hash",
        Hash,
        "0:Role",
        "admin",
        "1:Hash",
        "AAAAAAAAaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "1:Role",
        "reader"
    )]
    [InlineData(
        "Access:Keys has two keys called 'ci'",
        "0:Hash",
        Hash,
        "0:Role",
        "admin",
        "0:Name",
        "ci",
        "1:Hash",
        OtherHash,
        "1:Role",
        "reader",
        "1:Name",
        "ci"
    )]
    [InlineData(
        "Access:Keys has two keys called 'key-aaaaaaaa'",
        "0:Hash",
        Hash,
        "0:Role",
        "admin",
        "1:Hash",
        OtherHash,
        "1:Role",
        "reader",
        "1:Name",
        "key-aaaaaaaa"
    )]
    [InlineData(
        "Access:Keys:0:Name: 'local' is a name that the service uses itself",
        "0:Hash",
        Hash,
        "0:Role",
        "operator",
        "0:Name",
        "local"
    )]
    [InlineData("Access:Keys:0:Name must be 1 to 64 lower-case letters", "0:Hash", Hash, "0:Role", "operator", "0:Name", "CI")]
    [InlineData("Access:Keys:0:Name must be 1 to 64 lower-case letters", "0:Hash", Hash, "0:Role", "operator", "0:Name", " ")]
    public void A_key_that_is_half_configured_stops_the_start(string violation, params string[] settings) =>
        Expect(violation, Keys(settings));

    [Fact]
    public void A_value_in_place_of_a_list_and_a_list_in_place_of_its_elements_stop_the_start()
    {
        Expect(
            "Access:Keys has a value of its own; set Access:Keys:0:Hash, Access:Keys:0:Role, Access:Keys:0:Name instead.",
            ("Access:Keys", Hash));
        Expect(
            "Access:TrustedProxies has a value of its own; set Access:TrustedProxies:0 instead.",
            ("Access:TrustedProxies", "10.0.0.0/8"));
        Expect(
            "Access:CorsOrigins:0:0 is unknown; Access:CorsOrigins:0 takes one value.",
            ("Access:CorsOrigins:0:0", "https://example.org")
        );
        Expect(
            "Datasets:Mnist has a value of its own; set Datasets:Mnist:Folder, Datasets:Mnist:Mirrors instead.",
            ("Datasets:Mnist", "/data"));
    }

    [Theory]
    [InlineData("""{"Access":{"Keys":[null]}}""", "Access:Keys:0 cannot be read")]
    [InlineData("""{"Access":{"Keys":[{}]}}""", "Access:Keys:0 cannot be read")]
    [InlineData("""{"Access":{"Keys":["aaaa"]}}""", "Access:Keys:0 cannot be read")]
    [InlineData("""{"Access":{"Keys":{"Hash":"aaaa"}}}""", "Access:Keys:Hash is unknown")]
    [InlineData("""{"Access":{"TrustedProxies":[null]}}""", "Access:TrustedProxies:0 cannot be read; set Access:TrustedProxies:0.")]
    [InlineData("""{"Access":{"TrustedProxies":"10.0.0.0/8"}}""", "Access:TrustedProxies has a value of its own")]
    [InlineData("""{"Limits":{"Steps":[1]}}""", "Limits:Steps:0 is unknown; Limits:Steps takes one value.")]
    [InlineData("""{"Limits":{"Steps":true}}""", "Limits:Steps is 'True'; set it to a whole number from 1 to 100000.")]
    [InlineData("""{"Access":{"Keys":[],"CorsOrigins":null},"Limits":{"RequestsPerSecond":null},"Store":{},"Training":null}""", null)]
    public void Settings_in_a_file_are_held_to_the_same(string json, string? violation)
    {
        IConfiguration file = new ConfigurationBuilder().AddJsonStream(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(json))).Build();
        string? found = s_services.SettingsViolation(file);
        Assert.True(violation is null ? found is null : found?.StartsWith(violation, StringComparison.Ordinal) is true, found);
    }

    [Fact]
    public void As_many_keys_are_read_as_are_configured_whatever_numbers_are_left_out()
    {
        (string, string?)[] settings = Keys("0:Hash", Hash, "0:Role", "Admin", "7:Hash", OtherHash, "7:Role", "operator", "7:Name", "ci");
        Assert.Null(Violation(settings));
        ApiKeyStore keys = new(
            Microsoft.Extensions.Options.Options.Create(Configuration(settings).GetSection(AccessOptions.Section).Get<AccessOptions>()!));
        Assert.True(keys.Any);
        AccessOptions options = Configuration(settings).GetSection(AccessOptions.Section).Get<AccessOptions>()!;
        Assert.Equal(["key-aaaaaaaa Admin", "ci Operator"], options.Keys.Select(key => $"{key.Id} {key.Role}"));
    }

    [Fact]
    public void A_keys_file_without_a_path_stops_the_start() =>
        Expect("Access:KeysFile is empty; set it to the path of a file of keys, or not at all.", ("Access:KeysFile", ""));

    [Fact]
    public void What_an_operator_may_set_and_what_a_host_sets_for_others_does_not_stop_the_start()
    {
        Assert.Null(Violation());
        Assert.Null(
            Violation(
                ("Store:RetentionDays", ""),
                ("Limits:RequestsPerSecond", ""),
                ("access:corsorigins:0", "https://example.org"),
                ("Datasets:Mnist:Mirrors:0", "")));
        Assert.Null(
            Violation(
                ("STORE_SERVICE_HOST", "10.0.0.1"),
                ("STORE_PORT", "tcp://10.0.0.1:80"),
                ("STORE", "x"),
                ("LIMITS", "x"),
                ("Logging:LogLevel:Default", "Debug"),
                ("Kestrel:Endpoints:Http:Url", "http://*:80"),
                ("Serilog:Using:0", "x"),
                ("ConnectionStrings:Reports", "Host=db"),
                ("Access", "x"),
                ("Training", "")));
    }

    [Fact]
    [StartsProcesses]
    public async Task The_service_says_all_that_is_wrong_in_one_line_and_makes_no_store()
    {
        string folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        (int status, string output, string errors) = await ServiceProcess.Run(
            [],
            ("Access__Keys__0__Rolle", "admin"),
            ("Limits__Stepps", "3"),
            ("Store__RetentionDays", "abc"),
            ("Store__Folder", folder),
            ("ASPNETCORE_URLS", "http://127.0.0.1:0")
        );
        Assert.Equal((1, ""), (status, output));
        string line = Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        foreach (string violation in (string[])
                [
                    "Access:Keys:0:Rolle is unknown; did you mean Role?",
                    "Limits:Stepps is unknown; did you mean Steps?",
                    "Store:RetentionDays is 'abc'; set it to a number from 0.000001 to 36500.",
                ])
        {
            Assert.Contains(violation, line, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    [StartsProcesses]
    public async Task Variables_that_name_one_setting_in_letters_of_different_case_stop_the_start()
    {
        (int status, _, string errors) = await ServiceProcess.Run([], ("Limits__Steps", "3"), ("LIMITS__STEPS", "4"));
        Assert.Equal(1, status);
        Assert.StartsWith("LIMITS__STEPS and Limits__Steps are one setting with different values", errors);
    }

    private static void Expect(string violation, params (string Path, string? Value)[] settings) =>
        Assert.Contains(violation, Violation(settings) ?? $"no violation of {string.Join(", ", settings)}", StringComparison.Ordinal);

    private static string? Violation(params (string Path, string? Value)[] settings) =>
        s_services.SettingsViolation(Configuration(settings));

    private static IConfiguration Configuration(params (string Path, string? Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(setting => setting.Path, setting => setting.Value)).Build();

    private static (string, string?)[] Keys(params string[] settings) =>
        [.. settings.Chunk(2).Select(pair => ($"Access:Keys:{pair[0]}", (string?)pair[1]))];

    private static IEnumerable<SettingsSection> Sections() =>
        s_services.Select(service => service.ImplementationInstance).OfType<SettingsSection>();

    private static ServiceCollection Registered()
    {
        var services = new ServiceCollection();
        IConfiguration none = Configuration();
        services.AddAccess();
        services.AddLimits();
        services.AddStore(none);
        services.AddDatasets();
        services.AddJobs(none);
        return services;
    }

    private static IEnumerable<(string Path, PropertyInfo Property)> ValuesOf(string path, Type type) =>
        type.GetProperties().Where(property => property.SetMethod is { IsPublic: true }).SelectMany(property => property.PropertyType switch
        {
            { IsArray: true } list when list.GetElementType() == typeof(string) => Enumerable.Empty<(string, PropertyInfo)>(),
            { IsArray: true } list => ValuesOf($"{path}:{property.Name}:0", list.GetElementType()!),
            { IsClass: true } nested when nested != typeof(string) => ValuesOf($"{path}:{property.Name}", nested),
            _ => [($"{path}:{property.Name}", property)],
        });
}
