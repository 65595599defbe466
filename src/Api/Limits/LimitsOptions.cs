using System.ComponentModel.DataAnnotations;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;

namespace AutoencoderApi.Api.Limits;

/// <summary>How much one caller, and all of them, may ask of the service.</summary>
internal sealed class LimitsOptions
{
    public const string Section = "Limits";

    /// <summary>Bytes of a JSON body, and of every other body that no limit below is meant for.</summary>
    [Range(1_024, 16_777_216)]
    public int JsonBytes { get; set; } = 131_072;

    /// <summary>Bytes of a body with an image's or a code's numbers. The largest code, as JSON beside its image, has 1.5 million.</summary>
    [Range(131_072, 16_777_216)]
    public int NumberBytes { get; set; } = 2_097_152;

    /// <summary>Tickets of one key that have not expired.</summary>
    [Range(1, 1_000_000)]
    public int TicketsPerKey { get; set; } = 1_000;

    /// <summary>Levels of arrays and objects within one another in a JSON body.</summary>
    [Range(8, 64)]
    public int JsonDepth { get; set; } = 16;

    /// <summary>Bytes of a body with an image in it.</summary>
    [Range(1_024, 1_073_741_824)]
    public int PictureBytes { get; set; } = 33_554_432;

    /// <summary>Bytes of a batch of images or codes, which is an NPY file.</summary>
    [Range(1_024, 1_073_741_824)]
    public int BatchBytes { get; set; } = 33_554_432;

    /// <summary>Images or codes of a batch.</summary>
    [Range(1, 1_000_000)]
    public int BatchImages { get; set; } = 10_000;

    /// <summary>Pixels of an image's longer side, read from its header.</summary>
    [Range(28, 32_768)]
    public int PictureSide { get; set; } = 16_384;

    /// <summary>Pixels of an image, read from its header.</summary>
    [Range(784, 200_000_000)]
    public int PicturePixels { get; set; } = 64_000_000;

    /// <summary>Pixels of a PNG, which unlike a JPEG is decoded in full.</summary>
    [Range(784, 200_000_000)]
    public int PngPixels { get; set; } = 36_000_000;

    /// <summary>Images decoded at a time.</summary>
    [Range(1, 256)]
    public int DecodingsAtOnce { get; set; } = 2;

    /// <summary>
    /// Bytes that one decoding holds: four a pixel of a coloured PNG, twice that where it is interlaced; six a pixel of a
    /// progressive JPEG.
    /// </summary>
    [Range(4_000_000, 4_000_000_000)]
    public long DecodingBytes { get; set; } = 400_000_000;

    /// <summary>
    /// Mebibytes that requests may hold together: bodies, decoded images, figures, networks being loaded. By default half of the memory
    /// that the process may have, 2,048 at most.
    /// </summary>
    [Range(64, 1_048_576)]
    public int MemoryMebibytes { get; set; } = (int)Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 21, 64, 2_048);

    /// <summary>Pixels of a figure that the service renders. The largest pair or difference of digits has 2.5 million.</summary>
    [Range(2_500_000, 200_000_000)]
    public int FigurePixels { get; set; } = 16_000_000;

    /// <summary>Bytes of the body that a data set comes in.</summary>
    [Range(1_024, 2_147_483_647)]
    public int DatasetUploadBytes { get; set; } = 268_435_456;

    /// <summary>Bytes of a data set's unpacked files, and of its pixels.</summary>
    [Range(1_024, 1_073_741_824)]
    public int DatasetBytes { get; set; } = 268_435_456;

    /// <summary>Images in a data set.</summary>
    [Range(3, 5_000_000)]
    public int DatasetPictures { get; set; } = 200_000;

    /// <summary>Pixels of the longer side of a data set's images.</summary>
    [Range(ImageShapes.MinSide, ImageShapes.MaxSide)]
    public int DatasetSide { get; set; } = ImageShapes.MaxSide;

    /// <summary>Data sets stored at the same time.</summary>
    [Range(1, 10_000)]
    public int Datasets { get; set; } = 100;

    /// <summary>Steps of a job.</summary>
    [Range(1, TrainingSettingsValidator.MaxSteps)]
    public int Steps { get; set; } = TrainingSettingsValidator.MaxSteps;

    /// <summary>Images in a batch of a job.</summary>
    [Range(1, TrainingSettingsValidator.MaxBatchSize)]
    public int BatchSize { get; set; } = TrainingSettingsValidator.MaxBatchSize;

    /// <summary>Channels of a job's convolutions.</summary>
    [Range(1, TrainingSettingsValidator.MaxChannels)]
    public int Channels { get; set; } = TrainingSettingsValidator.MaxChannels;

    /// <summary>
    /// 10^12 floating-point operations of a job: training, evaluations, initialisation trials. The default job needs 2.9 on
    /// MNIST.
    /// </summary>
    [Range(0.001, 1_000_000)]
    public double JobTeraflop { get; set; } = 1_000;

    /// <summary>10^9 bytes that a job stores: its checkpoints, and the points of its loss curve.</summary>
    [Range(0.001, 1_000_000)]
    public double JobGigabytes { get; set; } = 4;

    /// <summary>10^9 bytes that the jobs of one key store together, those still to be written included.</summary>
    [Range(0.001, 1_000_000)]
    public double StoredGigabytesPerKey { get; set; } = 64;

    /// <summary>10^9 bytes of all imported checkpoints together.</summary>
    [Range(0.001, 1_000_000)]
    public double ImportedGigabytes { get; set; } = 16;

    /// <summary>Bytes of a run's checkpoints that wait for the store while training goes on; one of more waits alone.</summary>
    [Range(1_048_576, 1_073_741_824)]
    public int RunEventBytes { get; set; } = 67_108_864;

    /// <summary>Jobs of one experiment.</summary>
    [Range(1, 1_000)]
    public int ExperimentJobs { get; set; } = 64;

    /// <summary>Jobs that wait at the same time.</summary>
    [Range(1, 1_000_000)]
    public int QueuedJobs { get; set; } = 10_000;

    /// <summary>Jobs of one key that wait at the same time.</summary>
    [Range(1, 1_000_000)]
    public int QueuedJobsPerKey { get; set; } = 1_000;

    /// <summary>
    /// Requests a second of one key, or of one address where there is no key; health checks are not counted. Null: 1,000, and no limit
    /// for the local caller of a service without keys, who has the machine to himself.
    /// </summary>
    [Range(1, 1_000_000)]
    public int? RequestsPerSecond { get; set; }

    /// <summary>How many seconds' worth of requests a caller that was quiet may send at once.</summary>
    [Range(1, 60)]
    public int BurstSeconds { get; set; } = 2;

    /// <summary>Readers of server-sent events of one caller.</summary>
    [Range(1, 10_000)]
    public int EventReaders { get; set; } = 100;

    /// <summary>Bytes of events that wait for one reader.</summary>
    [Range(16_384, 16_777_216)]
    public int EventBytes { get; set; } = 65_536;

    /// <summary>Seconds after which a request that is not done is given up with 503.</summary>
    [Range(1, 3_600)]
    public int RequestSeconds { get; set; } = 120;

    /// <summary>Connections open at the same time; one more replaces one that is idle without a key, or is closed.</summary>
    [Range(1, 100_000)]
    public int Connections { get; set; } = 2_000;

    /// <summary>Connections of one address at the same time; one more is closed at once. Loopback and trusted proxies are exempt.</summary>
    [Range(1, 100_000)]
    public int ConnectionsPerAddress { get; set; } = 500;

    /// <summary>Seconds until an idle connection is closed whose last request, if any, had no key; not of trusted proxies.</summary>
    [Range(1, 3_600)]
    public int IdleSeconds { get; set; } = 10;

    /// <summary>Seconds that a request's headers may take to arrive.</summary>
    [Range(1, 300)]
    public int HeaderSeconds { get; set; } = 10;

    /// <summary>Bytes a second below which an upload is given up.</summary>
    [Range(1, 1_073_741_824)]
    public int UploadBytesPerSecond { get; set; } = 10_240;

    /// <summary>Seconds before an upload's or a download's speed is looked at.</summary>
    [Range(1, 300)]
    public int UploadGraceSeconds { get; set; } = 5;

    /// <summary>Bytes a second below which an answer that is being sent is given up.</summary>
    [Range(1, 1_073_741_824)]
    public int DownloadBytesPerSecond { get; set; } = 10_240;
}
