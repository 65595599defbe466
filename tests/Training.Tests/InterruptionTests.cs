using System.Collections.Concurrent;
using System.Globalization;
using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Tests;
using AutoencoderApi.Training.Engines;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Training.Tests;

/// <summary>A run can be stopped within a step, an evaluation and a trial draw, soon and without a trace.</summary>
public sealed class InterruptionTests
{
    private static readonly Dataset s_digits = SyntheticDigits.Create(300, 60, 60);
    private static readonly ConcurrentDictionary<(Architecture, int), TrainingEvent[]> s_whole = []; // runs that nobody stopped

    private const double AtItsEnd = 0.1; // seconds of work after the wish to stop

    /// <summary>
    /// The most work at once that a job may ask for: the widest network on the largest images, and the widest layers on the
    /// largest batch.
    /// </summary>
    private static readonly TrainingSettings s_wide = TrainingSettings.For(Architecture.SwitchUnpool, "any") with
    {
        ImageShape = [3, 128, 128],
        Channels = [64, 64],
        KernelSize = 9,
    };
    private static readonly TrainingSettings s_dense = TrainingSettings.For(Architecture.Dense, "any") with
    {
        ImageShape = [3, 48, 52],
        DenseWidths = [240, 1_568],
    };

    [Theory]
    [InlineData(EngineKind.Simd, false, 162)]
    [InlineData(EngineKind.TorchSharp, false, 162)]
    [InlineData(EngineKind.Simd, true, 1_000)]
    [InlineData(EngineKind.TorchSharp, true, 1_000)]
    public void A_step_and_an_evaluation_at_the_largest_settings_end_within_two_seconds_of_work_after_a_wish_to_stop(
        EngineKind engine,
        bool isDense,
        int batch)
    {
        NetworkDefinition definition = NetworkDefinition.For(isDense ? s_dense : s_wide);
        using TrainingSession session = Sessions.Start(engine, definition, WeightInitializer.Initialize(definition, seed: 1), threads: 1);
        float[] images = new float[batch * definition.Input.Count];
        DatasetSplit set = new DatasetSplit(definition.Input, new byte[2_000 * definition.Input.Count], new byte[2_000]);
        for (int round = 0; round < 2; round++) // what is compiled in the first is not waited for in the second
        {
            AssertStops(stop => session.Step(new TrainingBatch(images, images), learningRate: 1e-3, stop) is null);
            AssertStops(stop => session.Evaluate(set, noise: null, stop) is null);
        }
    }

    [Theory]
    [InlineData(EngineKind.Simd, Architecture.NearestUnpool)]
    [InlineData(EngineKind.TorchSharp, Architecture.NearestUnpool)]
    [InlineData(EngineKind.Simd, Architecture.Dense)]
    [InlineData(EngineKind.TorchSharp, Architecture.Dense)]
    public void A_step_that_is_broken_off_leaves_the_weights_and_the_next_steps_bits_as_they_were(
        EngineKind engine,
        Architecture architecture)
    {
        NetworkDefinition definition = NetworkDefinition.For(TrainingSettings.For(architecture, "any"));
        float[] weights = WeightInitializer.Initialize(definition, seed: 1), images = new float[60 * definition.Input.Count];
        Pixels.ToFloats(s_digits.Train.Slice(0, 60), images);
        var batch = new TrainingBatch(images, images);
        using TrainingSession session = Sessions.Start(engine, definition, weights, threads: 2),
            untouched = Sessions.Start(engine, definition, weights, threads: 2);
        double? expected = untouched.ForwardBackward(batch, CancellationToken.None);
        for (int microseconds = 0; microseconds < 2_000; microseconds += 200)
        {
            using var stop = new CancellationTokenSource();
            using var alarm = new Timer(_ => stop.Cancel(), null, TimeSpan.FromMicroseconds(microseconds), Timeout.InfiniteTimeSpan);
            session.ForwardBackward(batch, stop.Token);
        }

        Assert.Equal(weights, session.Weights.ToArray());
        Assert.Equal(expected, session.ForwardBackward(batch, CancellationToken.None));
        Assert.Equal(untouched.Gradients.ToArray(), session.Gradients.ToArray());
    }

    [Fact]
    public void Libtorch_gives_the_same_loss_and_gradients_in_slices_of_a_batch_as_our_kernels_image_by_image()
    {
        NetworkDefinition definition = NetworkDefinition.For(
            TrainingSettings.For(Architecture.Strided, "any", output: Activation.Sigmoid) with
            {
                ImageShape = [1, 128, 128],
                Channels = [64, 64],
                KernelSize = 9,
            });
        float[] weights = WeightInitializer.Initialize(definition, seed: 1),
            images = new float[3 * definition.Input.Count];
        var random = new Random(1);
        foreach (ref float value in images.AsSpan())
        {
            value = random.NextSingle();
        }

        using TrainingSession sliced = Sessions.Start(EngineKind.TorchSharp, definition, weights, threads: 2),
            ours = Sessions.Start(EngineKind.Simd, definition, weights, threads: 2);
        var batch = new TrainingBatch(images, images);
        double expected = ours.ForwardBackward(batch, CancellationToken.None)!.Value;
        Assert.Equal(expected, sliced.ForwardBackward(batch, CancellationToken.None)!.Value, 1e-5 * expected);
        float largest = ours.Gradients.ToArray().Max(Math.Abs);
        Assert.All(ours.Gradients.ToArray().Zip(sliced.Gradients.ToArray()), pair =>
            Assert.Equal(pair.First, pair.Second, 1e-4f * largest));
    }

    /// <summary>Where a run is stopped: at the fault point, the nth time.</summary>
    public static TheoryData<Architecture, string, int> Stops
    {
        get
        {
            var data = new TheoryData<Architecture, string, int>();
            foreach (Architecture architecture in Enum.GetValues<Architecture>())
            {
                data.AddRange([
                    .. from place in (string[])["evaluate.before", "evaluate.after"]
                    from nth in (int[])[1, 2, 4]
                    select (architecture, place, nth),
                ]); // 4: the last one
                data.AddRange([
                    .. from place in (string[])["step.before", "step.after"] from nth in (int[])[13, 40] select (architecture, place, nth),
                ]);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Stops))]
    public void A_run_stopped_anywhere_goes_on_to_the_bytes_and_losses_of_the_run_that_was_not(
        Architecture architecture,
        string faultPoint,
        int nth
    ) => AssertSameEnd(Settings(architecture), faultPoint, nth);

    [Theory]
    [InlineData("trial.before", 1)]
    [InlineData("trial.after", 1)]
    [InlineData("evaluate.before", 2)]
    public void A_run_stopped_in_a_trial_of_its_initial_weights_does_so_too(string faultPoint, int nth) =>
        AssertSameEnd(
            Settings(Architecture.SwitchUnpool) with
            {
                Steps = 300,
                BatchSize = 2,
                EvaluateEvery = 300,
                CheckpointEvery = 300,
                StopOnCollapse = false,
            },
            faultPoint,
            nth);

    [Fact]
    public void A_collapsed_run_whose_process_ended_right_after_its_last_checkpoint_ends_as_collapsed_at_the_same_step()
    {
        TrainingSettings settings = Settings(Architecture.NearestUnpool) with
        {
            Steps = 310,
            BatchSize = 2,
            EvaluateEvery = 300,
            CheckpointEvery = 300,
            LearningRate = 1e-6,
        };
        float[] weights = Trainer.CreateInitialState(settings, 1).Weights;
        weights.AsSpan(weights.Length - 100).Fill(-100); // deconv2.weight: the sigmoid is saturated at 0
        Checkpoint last = new Trainer(s_digits, Trainer.CreateInitialState(settings, 1, weights))
            .Train(CancellationToken.None)
            .OfType<TrainingEvent.Checkpointed>()
            .Last()
            .Checkpoint;
        Assert.Equal(
            300,
            Assert.IsType<TrainingEvent.Collapsed>(Assert.Single(new Trainer(s_digits, last).Train(CancellationToken.None))).Step);
    }

    private static void AssertSameEnd(TrainingSettings settings, string faultPoint, int nth)
    {
        TrainingEvent[] whole = s_whole.GetOrAdd((settings.Architecture, settings.Steps), _ =>
            [.. new Trainer(s_digits, Trainer.CreateInitialState(settings, 1)).Train(CancellationToken.None)]);
        Assert.IsType<TrainingEvent.Finished>(whole[^1]);
        using var stop = new CancellationTokenSource();
        using var at = new FaultPointStop(faultPoint, nth, stop);
        List<TrainingEvent> first = [.. new Trainer(s_digits, Trainer.CreateInitialState(settings, 1)).Train(stop.Token)];
        Assert.True(stop.IsCancellationRequested, "The run did not come there.");
        Checkpoint start = first.OfType<TrainingEvent.Checkpointed>().LastOrDefault()?.Checkpoint ?? Trainer.CreateInitialState(settings,
            1);
        Checkpoint read = CheckpointFile.Read(CheckpointFile.Write(start)).Value();
        List<TrainingEvent> rest =
            first[^1] is TrainingEvent.Finished ? [] : [.. new Trainer(s_digits, read).Train(CancellationToken.None)];

        // What the service does before a run goes on: forget the points behind its checkpoint.
        TrainingEvent[] kept =
        [
            .. first.OfType<TrainingEvent.Evaluated>().Where(point => rest.Count == 0 || point.Step <= read.EvaluatedStep),
        ];
        Assert.Equal(whole.OfType<TrainingEvent.Evaluated>(), kept.Concat(rest.OfType<TrainingEvent.Evaluated>()));
        Assert.IsType<TrainingEvent.Finished>(rest.LastOrDefault() ?? first[^1]);
        Assert.Equal(Bytes(whole), Bytes([.. first, .. rest]));

        static byte[] Bytes(IEnumerable<TrainingEvent> events) =>
            CheckpointFile.Write(events.OfType<TrainingEvent.Checkpointed>().Last().Checkpoint);
    }

    private static void AssertStops(Func<CancellationToken, bool> work)
    {
        using var stop = new CancellationTokenSource();
        using var begun = new ManualResetEventSlim();
        using var measured = new ManualResetEventSlim(); // until then the thread is there to be read
        string thread = "";
        Task<(bool Stopped, double Seconds)> working = Task.Factory.StartNew(
            Work,
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        begun.Wait();
        Thread.Sleep(300);
        double asked = ProcessorSeconds(thread);
        stop.Cancel();
        measured.Set();
        (bool stopped, double seconds) = working.GetAwaiter().GetResult();
        Assert.True(stopped || seconds - asked < AtItsEnd, "The work neither stopped nor was at its end."); // on a fast machine it may be
        Assert.InRange(seconds - asked, -0.3, 2);

        (bool, double) Work()
        {
            thread = $"/proc/{new FileInfo("/proc/thread-self").LinkTarget}/stat";
            begun.Set();
            (bool, double) ended = (work(stop.Token), ProcessorSeconds(thread));
            measured.Wait();
            return ended;
        }
    }

    /// <summary>What a thread has had of a core, which other processes' load does not change.</summary>
    private static double ProcessorSeconds(string stat)
    {
        string[] fields = File.ReadAllText(stat).Split(')')[^1].Split(' '); // from field 3 on; 14 and 15 are hundredths of seconds
        return (double.Parse(fields[12], CultureInfo.InvariantCulture) + double.Parse(fields[13], CultureInfo.InvariantCulture)) / 100;
    }

    private static TrainingSettings Settings(Architecture architecture) => TrainingSettings.For(architecture, "synthetic-digits") with
    {
        Channels = [4, 8],
        DenseWidths = [32, 8],
        Steps = 40,
        BatchSize = 20,
        WarmupSteps = 20,
        EvaluateEvery = 15,
        CheckpointEvery = 15,
    };
}
