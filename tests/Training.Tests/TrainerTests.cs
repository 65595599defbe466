using AutoencoderApi.Domain.Checkpoints;
using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Jobs;
using AutoencoderApi.Domain.Networks;
using AutoencoderApi.Tests;
using AutoencoderApi.Training.Engines;
using AutoencoderApi.Training.Runs;

namespace AutoencoderApi.Training.Tests;

public sealed class TrainerTests
{
    private static readonly Dataset s_digits = SyntheticDigits.Create(300, 60, 60);

    public static MatrixTheoryData<EngineKind, Architecture> Networks =>
        new([EngineKind.Simd, EngineKind.TorchSharp], Enum.GetValues<Architecture>());

    [Theory]
    [MemberData(nameof(Networks))]
    public void Every_architecture_learns_and_a_run_resumed_anywhere_ends_with_the_same_bytes(EngineKind engine, Architecture architecture)
    {
        TrainingSettings settings = Settings(architecture);
        Checkpoint initial = Trainer.CreateInitialState(settings, 1, engine: engine);
        List<TrainingEvent> whole = [.. new Trainer(s_digits, initial, engine).Train(CancellationToken.None)];
        Assert.IsType<TrainingEvent.Finished>(whole[^1]);
        double[] losses = [.. whole.OfType<TrainingEvent.Evaluated>().Select(point => point.ValidationLoss)];
        Assert.True(losses[^1] < 0.9 * losses[0], string.Join(", ", losses));
        byte[] expected = CheckpointFile.Write(whole.OfType<TrainingEvent.Checkpointed>().Last().Checkpoint);

        foreach (int stopAt in (int[])[0, 7, 20])
        {
            using var stop = new CancellationTokenSource();
            using var within = new FaultPointStop("step.before", stopAt + 1, stop);
            List<TrainingEvent> first = [.. new Trainer(s_digits, initial, engine).Train(stop.Token)];
            Assert.Equal(new TrainingEvent.Stopped(stopAt), first[^1]);
            Checkpoint? saved = first.OfType<TrainingEvent.Checkpointed>().LastOrDefault()?.Checkpoint;
            Assert.Equal(stopAt, saved?.Step ?? 0);
            Checkpoint start = saved is null ? initial : CheckpointFile.Read(CheckpointFile.Write(saved)).Value();
            Assert.Equal(engine == EngineKind.Simd ? "simd" : "torchsharp", start.Environment.Engine);
            TrainingEvent[] rest = [.. new Trainer(s_digits, start, engine).Train(CancellationToken.None)];
            Checkpoint end = rest.OfType<TrainingEvent.Checkpointed>().LastOrDefault()?.Checkpoint ?? start;
            Assert.Equal(expected, CheckpointFile.Write(end));
        }
    }

    [Theory]
    [InlineData(EngineKind.Simd)]
    [InlineData(EngineKind.TorchSharp)]
    public void A_run_with_LeCun_s_initialization_learns_and_resumes_to_the_same_bytes(EngineKind engine)
    {
        TrainingSettings settings = Settings(Architecture.Strided) with { Initialization = Initialization.Lecun, BatchSize = 8 };
        Checkpoint initial = Trainer.CreateInitialState(settings, 1, engine: engine);
        List<TrainingEvent> whole = [.. new Trainer(s_digits, initial, engine).Train(CancellationToken.None)];
        double[] losses = [.. whole.OfType<TrainingEvent.Evaluated>().Select(point => point.ValidationLoss)];
        Assert.True(losses[^1] < 0.9 * losses[0], string.Join(", ", losses));

        Checkpoint[] saved = [.. whole.OfType<TrainingEvent.Checkpointed>().Select(happened => happened.Checkpoint)];
        Checkpoint read = CheckpointFile.Read(CheckpointFile.Write(saved[0])).Value();
        Assert.Equal(Initialization.Lecun, read.Settings.Initialization);
        TrainingEvent[] rest = [.. new Trainer(s_digits, read, engine).Train(CancellationToken.None)];
        Assert.Equal(
            CheckpointFile.Write(saved[^1]), CheckpointFile.Write(rest.OfType<TrainingEvent.Checkpointed>().Last().Checkpoint));
    }

    [Theory]
    [InlineData(Architecture.Strided, NoiseKind.Gaussian)]
    [InlineData(Architecture.NearestUnpool, NoiseKind.SaltAndPepper)]
    [InlineData(Architecture.Dense, NoiseKind.Gaussian)]
    public void A_run_with_noise_on_colour_images_learns_to_restore_them_and_resumes_to_the_same_bytes(
        Architecture architecture,
        NoiseKind kind)
    {
        Dataset images = Gradients(3, 12, 20);
        TrainingSettings settings = Settings(architecture) with
        {
            ImageShape = [3, 12, 20],
            Noise = new Noise { Kind = kind, Amount = 0.3 },
            Steps = 60,
            LearningRate = 0.02,
        };
        List<TrainingEvent> whole = [.. new Trainer(images, Trainer.CreateInitialState(settings, 2)).Train(CancellationToken.None)];
        double[] losses = [.. whole.OfType<TrainingEvent.Evaluated>().Select(point => point.ValidationLoss)];
        Assert.True(losses[^1] < 0.9 * losses[0], string.Join(", ", losses));

        Checkpoint[] saved = [.. whole.OfType<TrainingEvent.Checkpointed>().Select(happened => happened.Checkpoint)];
        Checkpoint read = CheckpointFile.Read(CheckpointFile.Write(saved[1])).Value();
        Checkpoint end = new Trainer(images, read).Train(CancellationToken.None).OfType<TrainingEvent.Checkpointed>().Last().Checkpoint;
        Assert.Equal(CheckpointFile.Write(saved[^1]), CheckpointFile.Write(end));
    }

    [Fact]
    public void A_network_trained_with_noise_restores_better_than_one_trained_without()
    {
        var noise = new Noise { Kind = NoiseKind.Gaussian, Amount = 0.4 };
        TrainingSettings settings = Settings(Architecture.Strided) with
        {
            Steps = 300,
            WarmupSteps = 50,
            EvaluateEvery = 300,
            CheckpointEvery = 300,
        };
        Assert.True(RestoringError(settings with { Noise = noise }) < 0.7 * RestoringError(settings));

        double RestoringError(TrainingSettings settings)
        {
            using var model = new Model(
                new Trainer(s_digits, Trainer.CreateInitialState(settings, 2))
                    .Train(CancellationToken.None)
                    .OfType<TrainingEvent.Checkpointed>()
                    .Last()
                    .Checkpoint);
            return Enumerable
                .Range(0, s_digits.Test.Count)
                .Average(i =>
                {
                    float[] clean = [.. s_digits.Test.Image(i).ToArray().Select(value => value / 255f)],
                        noisy = [.. clean];
                    noise.AddTo(noisy, seed: 9, (ulong)i);
                    return model.Reconstruct(noisy).Zip(clean, (a, b) => (a - b) * (double)(a - b)).Average();
                });
        }
    }

    [Fact]
    public void Images_of_another_shape_than_the_settings_are_not_trained_on() =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new Trainer(s_digits, Trainer.CreateInitialState(Settings(Architecture.Strided) with { ImageShape = [1, 32, 32] }, 1)));

    /// <summary>Each image fades from one colour to another.</summary>
    private static Dataset Gradients(int channels, int height, int width)
    {
        const int Count = 200;
        TensorShape shape = new TensorShape(channels, height, width);
        var random = new Random(1);
        byte[] pixels = [.. Enumerable.Range(0, Count * channels).SelectMany(_ =>
        {
            (double from, double to) = (random.NextDouble(), random.NextDouble());
            return Enumerable.Range(0, height * width).Select(i => (byte)(255 * (from + ((to - from) * (i % width) / width))));
        })];
        DatasetSplit all = new DatasetSplit(shape, pixels, new byte[Count]);
        return new Dataset("gradients", all.Slice(0, 120), all.Slice(120, 40), all.Slice(160, 40));
    }

    [Fact]
    public async Task Runs_side_by_side_keep_their_own_thread_counts()
    {
        byte[][] alone = [await OnAThread(1), await OnAThread(2)];
        byte[][] together = await Task.WhenAll(OnAThread(1), OnAThread(2));
        Assert.Equal(alone, together);

        static Task<byte[]> OnAThread(int threads) => Task.Factory.StartNew(
            () => CheckpointFile.Write(new Trainer(s_digits, Trainer.CreateInitialState(Settings(Architecture.Strided), threads))
                .Train(CancellationToken.None).OfType<TrainingEvent.Checkpointed>().Last().Checkpoint),
            TaskCreationOptions.LongRunning);
    }

    [Fact]
    public void A_collapsed_network_is_warned_of_and_ends_the_run_with_advice()
    {
        TrainingSettings settings = Settings(Architecture.NearestUnpool) with { Steps = 310, EvaluateEvery = 300, LearningRate = 1e-6 };
        float[] weights = Trainer.CreateInitialState(settings, 1).Weights;
        weights.AsSpan(weights.Length - 400).Fill(-100); // deconv2.weight: the sigmoid is saturated at 0
        List<TrainingEvent> events =
            [.. new Trainer(s_digits, Trainer.CreateInitialState(settings, 1, weights)).Train(CancellationToken.None)];
        Assert.Contains(events, happened => happened is TrainingEvent.Warned { Step: 300 });
        Assert.Equal(300, Assert.IsType<TrainingEvent.Collapsed>(events[^1]).Step);
        events =
        [
            .. new Trainer(s_digits, Trainer.CreateInitialState(settings with { StopOnCollapse = false }, 1, weights)).Train(
                CancellationToken.None),
        ];
        Assert.IsType<TrainingEvent.Finished>(events[^1]);
    }

    [Fact]
    public void A_switch_network_whose_first_draw_goes_black_is_trained_from_a_later_draw_and_says_so()
    {
        TrainingSettings settings = Settings(Architecture.SwitchUnpool) with { Steps = 300, WarmupSteps = 500, EvaluateEvery = 300 };
        Checkpoint firstDraw = Trainer.CreateInitialState(settings with { StartFrom = Guid.NewGuid() }, 1);
        Assert.IsType<TrainingEvent.Collapsed>(new Trainer(s_digits, firstDraw).Train(CancellationToken.None).Last());

        List<TrainingEvent> events = [.. new Trainer(s_digits, Trainer.CreateInitialState(settings, 1)).Train(CancellationToken.None)];
        Assert.Contains("initialisation 2", events.OfType<TrainingEvent.Warned>().First().Message, StringComparison.Ordinal);
        Assert.IsType<TrainingEvent.Finished>(events[^1]);
        Assert.True(events.OfType<TrainingEvent.Evaluated>().Last().ValidationLoss < 0.01);
    }

    [Theory]
    [InlineData(Architecture.NearestUnpool, 500, 300)]
    [InlineData(Architecture.SwitchUnpool, 0, 300)]
    [InlineData(Architecture.SwitchUnpool, 500, 299)]
    public void Other_architectures_runs_without_warm_up_and_short_ones_take_the_first_draw_untried(
        Architecture architecture,
        int warmup,
        int steps
    ) => Assert.False(InitializationSearch.Applies(Settings(architecture) with { WarmupSteps = warmup, Steps = steps }));

    [Theory]
    [InlineData(2, true)]
    [InlineData(7, true)]
    [InlineData(8, false)]
    [InlineData(null, false)]
    public void The_initial_weights_of_a_code_of_few_numbers_are_tried(int? width, bool areTried)
    {
        TrainingSettings settings = TrainingSettings.For(Architecture.Strided, "synthetic-digits", codeWidth: width) with { Steps = 300 };
        Assert.Equal(areTried, InitializationSearch.Applies(settings));
    }

    [Fact]
    public void A_run_asked_to_stop_in_a_trial_of_its_initial_weights_stops_before_its_first_step()
    {
        TrainingSettings settings = Settings(Architecture.SwitchUnpool) with { Steps = 300 };
        TrainingEvent only = Assert.Single(new Trainer(s_digits,
            Trainer.CreateInitialState(settings, 1)).Train(new CancellationToken(canceled: true)));
        Assert.Equal(new TrainingEvent.Stopped(0), only);
    }

    [Fact]
    public async Task A_model_shared_by_threads_gives_each_its_own_answer()
    {
        using var model = new Model(Trainer.CreateInitialState(Settings(Architecture.SwitchUnpool), 1));
        float[][] digits =
        [
            .. Enumerable.Range(0, 16).Select(i => s_digits.Test.Image(i).ToArray().Select(value => value / 255f).ToArray()),
        ];
        float[] together = model.Reconstruct(digits.SelectMany(digit => digit).ToArray());
        float[][] alone = await Task.WhenAll(digits.Select(digit => Task.Run(() => model.Reconstruct(digit))));
        Assert.All(alone.SelectMany(pixels => pixels).Zip(together), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    private static TrainingSettings Settings(Architecture architecture) => TrainingSettings.For(architecture, "synthetic-digits") with
    {
        Steps = 40,
        BatchSize = 20,
        WarmupSteps = 20,
        EvaluateEvery = 15,
        CheckpointEvery = 12,
    };
}
