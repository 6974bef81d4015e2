"""The trails as the reporter judges them, told as checks."""

import pytest
from checked import said

from lastseen.checking.trails import trail_checks
from reporter.inventory.account import Gap
from reporter.listening.coverage import TRAILS, Trails
from reporter.listening.trails import Logged, problems

DENIED = "AccessDeniedException (DescribeTrails): no"
NOTE = "The settings of trail x could not be read ({}). It is assumed to log all management events."


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(
            Trails(),
            [("right", "trails", "management events of all regions are logged, read and write")],
            id="all is logged",
        ),
        pytest.param(
            Trails(by=("all", "organization")),
            [
                (
                    "right",
                    "trails",
                    "management events of all regions are logged, read and write, by all, organization",
                )
            ],
            id="all is logged, by trails that are known",
        ),
        pytest.param(
            Gap(TRAILS, DENIED),
            [("not_permitted", "trails", "needs cloudtrail:DescribeTrails")],
            id="not permitted",
        ),
        pytest.param(
            Gap(TRAILS, "Connect timeout"),
            [("wrong", "trails", "could not be checked: Connect timeout")],
            id="not answered",
        ),
        pytest.param(
            Trails(notes=(NOTE.format(DENIED.replace("DescribeTrails", "GetTrailStatus")),)),
            [("not_permitted", "trails", "needs cloudtrail:GetTrailStatus")],
            id="one trail of which not all is known",
        ),
    ],
)
def test_trails_are_right_wrong_or_not_to_be_asked(found, expected):
    assert said(trail_checks(found)) == expected


def test_each_problem_that_the_reporter_knows_is_told_apart_from_its_remedy():
    one_region = Logged("eu-west-1", False, reads=True, writes=True)
    no_reads = Logged("eu-west-1", True, reads=False, writes=True)
    checks = [
        check
        for logged in ([], [one_region], [no_reads])
        for check in trail_checks(Trails(tuple(problems(logged))))
    ]

    assert [str(each.state) for each in checks] == ["wrong"] * 3
    assert all(each.remedy and "Fix:" not in each.said for each in checks)
