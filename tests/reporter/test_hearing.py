"""Whether silence means anything."""

from datetime import timedelta

import pytest
from builders import NOON

from reporter.account import Gap
from reporter.hearing import Canary, Heard, Hearing

NOT_READ = Gap("CloudTrail's coverage", "AccessDenied")
SECOND = timedelta(seconds=1)


def ago(**time):
    return NOON - timedelta(**time)


def well_heard(**more):
    return Hearing(**{"heard": (Heard("eu-west-1", ago(days=300), NOON),)} | more)


def canary(called, seen):
    return well_heard(canary=Canary(called, seen))


def spoke(region="eu-west-3", *, since, until):
    """One region beside another that is well heard."""
    return well_heard(heard=(*well_heard().heard, Heard(region, since, until)))


@pytest.mark.parametrize(
    ("hearing", "begins"),
    [
        pytest.param(well_heard(), [], id="heard a moment ago, and nothing was asked before"),
        pytest.param(Hearing(heard=()), ["no event of this account"], id="no event ever"),
        pytest.param(Hearing(heard=NOT_READ), [], id="coverage that could not be read is no silence"),
        pytest.param(canary(ago(days=7), ago(days=7)), [], id="the canary came back"),
        pytest.param(canary(ago(days=7), ago(days=6)), [], id="a later call came back"),
        pytest.param(canary(ago(days=7), ago(days=7, hours=1)), [], id="the canary came within the hour the table keeps"),
        pytest.param(canary(ago(days=7), ago(days=7, hours=1, seconds=1)), ["CloudTrail did not tell"], id="only the run before the last came back"),
        pytest.param(canary(ago(days=7), None), ["CloudTrail did not tell"], id="the canary never came back"),
        pytest.param(canary(ago(hours=1) + SECOND, None), [], id="the canary flew less than an hour ago: too soon to tell"),
        pytest.param(canary(ago(hours=1), None), ["CloudTrail did not tell"], id="the canary flew an hour ago"),
        pytest.param(well_heard(canary=Gap("the canary", "AccessDenied")), [], id="a canary that could not be read is no silence"),
        pytest.param(spoke(since=ago(days=11, seconds=1), until=ago(days=4, seconds=1)), ["eu-west-3 used to be heard"], id="spoke for 7 days, silent for 4 days and a second"),
        pytest.param(spoke(since=ago(days=11), until=ago(days=4)), [], id="spoke for 7 days, silent for 4"),
        pytest.param(spoke(since=ago(days=10, seconds=1), until=ago(days=4, seconds=1)), [], id="spoke for 6 days only"),
        pytest.param(spoke(since=ago(days=90), until=ago(days=30)), ["eu-west-3 used to be heard"], id="silent for 30 days"),
        pytest.param(spoke(since=ago(days=90), until=ago(days=31)), [], id="silent for 31 days: told often enough"),
    ],
)  # fmt: skip
def test_silence_is(hearing, begins):
    told = hearing.silences(NOON)

    assert len(told) == len(begins)
    assert all(line.startswith(beginning) for line, beginning in zip(told, begins, strict=True))


def test_each_region_that_stopped_is_told_beside_the_canary():
    stopped = [Heard(region, ago(days=90), ago(days=10)) for region in ("eu-west-1", "eu-west-3")]
    told = Hearing(heard=tuple(stopped), canary=Canary(ago(days=1), ago(days=10))).silences(NOON)

    assert [line.split()[0] for line in told] == ["CloudTrail", "eu-west-1", "eu-west-3"]


@pytest.mark.parametrize(
    ("partition", "region"),
    [("aws", "us-east-1"), ("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1")],
)
def test_a_partition_names_the_region_where_iam_is_heard(partition, region):
    hearing = well_heard(partition=partition, canary=Canary(ago(days=1), None))

    assert f"They come from {region}:" in hearing.silences(NOON)[0]


def test_listening_began_with_the_first_region():
    heard = Heard("a", ago(days=3), NOON), Heard("b", ago(days=9), ago(days=8))

    assert Hearing(heard=heard).since == ago(days=9)
    assert Hearing(heard=()).since is None
    assert Hearing(heard=NOT_READ).since is None


def test_whatever_could_not_be_read_is_a_gap():
    gaps = [Gap(what, "AccessDenied") for what in ("coverage", "canary", "trails")]

    assert Hearing("aws", *gaps).gaps == tuple(gaps)
    assert well_heard(deaf=("no trail",)).gaps == ()


def test_of_a_run_just_now_those_of_the_day_before_must_have_come():
    heard = (Heard("eu-west-1", NOON - timedelta(days=90), NOON),)
    just_now, day = NOON - timedelta(minutes=5), timedelta(days=1)

    def silences(seen, first):
        return Hearing("aws", heard, Canary(just_now, seen, first)).silences(NOON)

    assert silences(None, just_now) == ()
    assert silences(NOON - day, NOON - 9 * day) == ()
    assert "it told of none yet" in silences(None, NOON - 9 * day)[0]
    assert silences(NOON - 3 * day, NOON - 9 * day)


def test_that_all_regions_have_been_silent_for_long_is_never_old_news():
    heard = (Heard("eu-west-1", NOON - timedelta(days=90), NOON - timedelta(days=40)),)

    assert (
        "no event of this account has come from CloudTrail since 2026-10-11"
        in Hearing("aws", heard).silences(NOON)[0]
    )
