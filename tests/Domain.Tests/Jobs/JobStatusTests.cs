using AutoencoderApi.Domain.Jobs;
using static AutoencoderApi.Domain.Jobs.JobStatus;

namespace AutoencoderApi.Domain.Tests.Jobs;

public sealed class JobStatusTests
{
    private static readonly JobStatus[] s_all = Enum.GetValues<JobStatus>();

    private static readonly HashSet<(JobStatus, JobStatus)> s_allowed =
    [
        (Queued, Running), (Queued, Paused), (Queued, Cancelled), (Queued, Failed),
        (Running, Queued), (Running, Pausing), (Running, Cancelling), (Running, Succeeded), (Running, Failed),
        (Pausing, Paused), (Pausing, Running), (Pausing, Cancelling), (Pausing, Succeeded), (Pausing, Failed),
        (Paused, Queued), (Paused, Cancelled),
        (Cancelling, Cancelled),
        (Cancelled, Queued), (Succeeded, Queued),
    ];

    public static TheoryData<JobStatus, JobStatus> Pairs => [.. s_all.SelectMany(from => s_all.Select(to => (from, to)))];

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_status_follows_another_only_where_the_state_machine_says_so(JobStatus from, JobStatus to)
    {
        bool allowed = s_allowed.Contains((from, to));

        Assert.Equal(allowed, from.MayBecome(to));
        Assert.Equal(allowed, JobStatuses.Before(to).Contains(from));
    }

    [Fact]
    public void A_job_leaves_its_end_only_for_the_queue()
    {
        JobStatus[] ends = [.. s_all.Where(status => status.IsTerminal())];

        Assert.Equal([Succeeded, Failed, Cancelled], ends);
        Assert.Equal(ends, JobStatuses.Terminal);
        Assert.All(ends, end => Assert.DoesNotContain(s_all, to => to != Queued && end.MayBecome(to)));
    }
}
