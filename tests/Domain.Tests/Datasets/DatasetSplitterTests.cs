using AutoencoderApi.Domain.Datasets;
using AutoencoderApi.Domain.Networks;

namespace AutoencoderApi.Domain.Tests.Datasets;

public sealed class DatasetSplitterTests
{
    [Theory]
    [InlineData(100, 0.1, 0.1, 80, 10, 10)]
    [InlineData(100, 0.25, 0.05, 70, 25, 5)]
    [InlineData(3, 0.001, 0.001, 1, 1, 1)]
    [InlineData(10, 0.5, 0.4, 1, 5, 4)]
    public void Each_split_has_its_share_and_each_image_is_in_one(
        int count,
        double validation,
        double test,
        int inTrain,
        int inValidation,
        int inTest)
    {
        SplitSelections drawn = DatasetSplitter.Split(Set(count), null, null, seed: 7, validation, test)!;
        Assert.Equal((inTrain, inValidation, inTest), (drawn.Train.Order.Length, drawn.Validation.Order.Length, drawn.Test.Order.Length));
        Assert.Equal(Enumerable.Range(0, count), drawn.All.SelectMany(split => split.Order.ToArray()).Order());
    }

    [Theory]
    [InlineData(2, 0.1, 0.1)]
    [InlineData(10, 0.5, 0.5)]
    [InlineData(10, 0.9, 0.9)]
    public void Without_an_image_left_to_train_on_nothing_is_drawn(int count, double validation, double test) =>
        Assert.Null(DatasetSplitter.Split(Set(count), null, null, seed: 7, validation, test));

    [Fact]
    public void The_draw_is_a_function_of_the_seed_and_the_count()
    {
        SplitSelections first = Draw(7), again = Draw(7), other = Draw(8);
        Assert.Equal(first.Test.Order.ToArray(), again.Test.Order.ToArray());
        Assert.NotEqual(first.Test.Order.ToArray(), other.Test.Order.ToArray());
        Assert.Equal([18, 0, 1, 3], Draw(1).Test.Order.ToArray()); // and stays what it is

        static SplitSelections Draw(int seed) => DatasetSplitter.Split(Set(20), null, null, seed, 0.2, 0.2)!;
    }

    [Fact]
    public void A_split_that_came_with_the_images_is_kept_as_it_is()
    {
        DatasetSplit train = Set(20), test = Set(5), validation = Set(4);
        SplitSelections drawn = DatasetSplitter.Split(train, validation, test, seed: 7, 0.5, 0.5)!;
        Assert.Equal(Enumerable.Range(0, 20), drawn.Train.Order.ToArray());
        Assert.Equal(Enumerable.Range(0, 4), drawn.Validation.Order.ToArray());
        Assert.Equal(Enumerable.Range(0, 5), drawn.Test.Order.ToArray());
        Assert.Same(test, drawn.Test.From);
        SplitSelections half = DatasetSplitter.Split(train, null, test, seed: 7, 0.5, 0.5)!;
        Assert.Equal((10, 10, 5), (half.Train.Order.Length, half.Validation.Order.Length, half.Test.Order.Length));
    }

    private static DatasetSplit Set(int count) => new(new TensorShape(1, 8, 8), new byte[count * 64], new byte[count]);
}
