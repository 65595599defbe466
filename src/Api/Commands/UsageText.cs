using AutoencoderApi.Api.Access;
using AutoencoderApi.Api.Jobs;
using AutoencoderApi.Api.Store;
using AutoencoderApi.Domain;

namespace AutoencoderApi.Api.Commands;

/// <summary>What the command line tells of itself.</summary>
internal static class UsageText
{
    private static readonly StoreOptions s_store = new();
    private static readonly TrainingOptions s_training = new();

    public static readonly string Commands = $"""
        usage: AutoencoderApi.Api [--SETTING=VALUE ...]    serve the API, the page and Swagger, and train
               AutoencoderApi.Api keys create --role {string.Join('|', JsonConventions.Names<Role>())} [--name NAME]
                                                           make an API key; print it once, with the settings that configure it
               AutoencoderApi.Api keys create --role ROLE --count N [--name NAME] [--file PATH]
                                                           print a sheet of N keys, and add their hashes to a keys file
               AutoencoderApi.Api health                   0 where the service of this configuration is ready, else 1
               AutoencoderApi.Api openapi [--3.0]          print the OpenAPI document, 3.1 or 3.0
               AutoencoderApi.Api backup FILE              copy the SQLite store to a new file, also while the service runs
               AutoencoderApi.Api --help                   print this
        """;

    public static readonly string Help = $"""
        Trains convolutional autoencoders on MNIST-like digits, and serves them over HTTP.

        {Commands}

        Exit status: 0 done or stopped, 1 failed (the last line says why), 2 not a command.

        Each setting is an environment variable, or an argument: Store__Folder=/srv/digits is --Store:Folder=/srv/digits.

          ASPNETCORE_URLS          where to listen; default {Listening.Default}
          Role                     all (default), api or worker; the latter two need PostgreSQL
          PathBase                 path under which a proxy shows the service, such as /autoencoder
          Store__Provider          sqlite (default) or postgres
          Store__Folder            folder of the SQLite store; default {s_store.Folder}
          ConnectionStrings__Store PostgreSQL's connection string
          Store__RetentionDays     days after which ended jobs without a tag are deleted; unset: nothing is deleted
          Datasets__Mnist__Folder  folder of MNIST's four IDX files; without it they are downloaded when first needed
          Training__Engine         what computes networks: auto (default), torchsharp or simd
          Training__Threads        threads of one job; default {s_training.Threads}: the cores, shared among the parallel jobs
          Training__ParallelJobs   jobs that train at the same time; default {s_training.ParallelJobs}
          Access__Keys__N__Hash, Access__Keys__N__Role, Access__Keys__N__Name
                                   API keys, N from 0 on: "keys create" prints them; without any, callers on this machine need none
          Access__KeysFile         file of further API keys, read again when it changes: "keys create --count" makes it
          Limits__*                what a caller may ask: docs/security.md

        README.md and docs/ beside the source describe all settings. To begin: start the service, open {Listening.Default}.
        """;
}
