"""On which days something was active: in words, in the files, in the mail and on the page."""

import json
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from accounts import Heard, Key, Password, alice, deploy, review_of, seen, seen_on
from builders import ACCOUNT, NOON
from organizations import account
from pages import Parsed

from activity.days import Days
from reporter.judgement.dormancy import Active, Dormancy
from reporter.judgement.subjects import Limits
from reporter.organization.summary import summary
from reporter.publishing.active import active_on, expected
from reporter.publishing.document import answer, document
from reporter.publishing.judged import finding_as_dict
from reporter.publishing.mail import body
from reporter.publishing.message import message
from reporter.publishing.page import page

TODAY = NOON.date()
OF_DEPLOY = "ID#AROADEPLOY", "role/deploy"
QUARTERLY = [95 + 91 * each for each in range(4)]
IDLE = review_of(deploy(), seen_on([200, 201, 300], *OF_DEPLOY))
DORMANT = review_of(deploy(made=900), seen_on(QUARTERLY, *OF_DEPLOY))
OLD = review_of(deploy(), seen(200, *OF_DEPLOY)._replace(days=Days()))


def days(*ages):
    return Days.of(*(TODAY - timedelta(days=each) for each in ages))


@pytest.mark.parametrize(
    ("active", "said"),
    [
        pytest.param(Active(), "", id="nothing is known, as of an older table"),
        pytest.param(Active(days(100), TODAY), "active on 1 day in the last 400: 12 August", id="one day"),
        pytest.param(Active(days(324, 100), TODAY), "active on 2 days in the last 400: 31 December 2025, 12 August", id="a day of last year has the year"),
        pytest.param(Active(days(*range(100, 106)), TODAY), "active on 6 days in the last 400: 7 August, 8 August, 9 August, 10 August, 11 August, 12 August", id="as many as are named"),
        pytest.param(Active(days(*range(100, 107)), TODAY), "active on 7 days in the last 400, last on 12 August", id="one more"),
        pytest.param(Active(days(100), TODAY, date(2026, 6, 2)), "active on 1 day since 2 June: 12 August", id="events have come since June"),
    ],
)  # fmt: skip
def test_it_is_said_on_which_days(active, said):
    assert active_on(active) == said


@pytest.mark.parametrize(
    ("heard", "since"),
    [
        pytest.param(range(431), None, id="from before the 400 days on"),
        pytest.param(range(397), None, id="from four days later on"),
        pytest.param(range(395), 394, id="from six days later on"),
        pytest.param(range(0), None, id="nobody knows"),
    ],
)
def test_what_came_before_the_first_event_is_not_known(heard, since):
    told = Active.of(days(100, 200, 420), days(*heard), TODAY)

    assert told == Active(days(100, 200), TODAY, since and TODAY - timedelta(days=since))


@pytest.mark.parametrize(
    ("expected_by", "said"),
    [
        pytest.param(TODAY, "runs about every 91 days, next around 2026-11-20", id="today"),
        pytest.param(
            TODAY - timedelta(days=1), "runs about every 91 days, expected around 2026-11-19", id="past"
        ),
    ],
)
def test_what_is_dormant_says_when_it_is_expected(expected_by, said):
    assert expected(Dormancy(91, TODAY, expected_by, TODAY), TODAY) == said


def test_a_finding_has_its_days_and_says_them():
    (found,) = document(IDLE)["findings"]

    assert found["days"] == ["2026-01-24", "2026-05-03", "2026-05-04"]
    assert found["days_in_words"] == "active on 3 days in the last 400: 24 January, 3 May, 4 May"


def test_a_finding_without_known_days_says_nothing_of_them():
    (found,) = document(OLD)["findings"]

    assert (found["days"], found["days_in_words"]) == ([], "")
    assert re.search(r"(?m)^# +what  whose   idle$", body(OLD))
    assert "active" not in body(OLD)


def test_a_finding_that_would_be_dormant_says_on_which_days_no_events_came():
    report = review_of(
        deploy(made=900), seen_on(QUARTERLY, *OF_DEPLOY), Heard({*range(431)} - {*range(150, 157)})
    )
    (found,) = document(report)["findings"]

    assert found["reason"].endswith(
        "; it seems to be used about every 91 days, but no events are known to have come from 2026-06-17 to"
        " 2026-06-23, so that this proves nothing"
    )


def test_the_document_has_the_days_on_which_events_came():
    report = review_of(deploy(), Heard([0, 1, 400, 401]))

    assert document(report)["heard_days"] == ["2025-10-16", "2026-11-19", "2026-11-20"]


def test_the_dormant_are_listed_with_their_rhythm_and_not_among_the_findings():
    told = answer(DORMANT)

    assert told["findings"] == []
    assert told["dormant"] == [
        {
            "account": ACCOUNT,
            "kind": "role",
            "name": "deploy",
            "arn": f"arn:aws:iam::{ACCOUNT}:role/deploy",
            "id": "AROADEPLOY",
            "last_used": "2026-08-17T12:00:00Z",
            "last_used_source": "cloudtrail",
            "idle_days": 95,
            "rhythm_days": 91,
            "expected_by": "2026-11-16",
            "stale_from": "2027-01-01",
            "reason": "runs about every 91 days, expected around 2026-11-16",
            "days_in_words": "active on 4 days in the last 400: 17 November 2025, 16 February, 18 May, 17 August",
            "days": ["2025-11-17", "2026-02-16", "2026-05-18", "2026-08-17"],
        }
    ]
    assert told["counts"]["role"] == {**dict.fromkeys(told["counts"]["role"], 0), "dormant": 1}


def test_the_mail_has_a_line_of_the_dormant_and_nothing_to_do():
    text = body(DORMANT)

    assert "\nNothing is stale.\n" in text
    assert (
        "\nDormant, not flagged: role deploy (runs about every 91 days, expected around 2026-11-16).\n" in text
    )
    assert "Dormant" not in body(IDLE)
    assert "aws iam" not in text


def test_of_many_dormant_the_rest_is_counted():
    roles = [deploy(name=f"job-{each}", id=f"AROA{each}", made=900) for each in range(25)]
    seen = [seen_on(QUARTERLY, f"ID#{each.id}", f"role/{each.name}") for each in roles]

    assert "expected around 2026-11-16) and 5 more.\n" in body(review_of(*roles, *seen))


def test_the_mail_says_on_how_many_days_each_finding_was_active():
    report = review_of(
        alice(Password(used=200), Key()),
        deploy(),
        seen_on([200, 203], "SIGNIN"),
        seen_on([200, 210, 203], "ID#AIDAALICE"),
    )
    rows = re.findall(r"(?m)^\d\*? .*", body(report))

    assert [re.split(r"  +", row)[1:5] for row in rows] == [
        ["access key", "alice", "AKIA1", "500"],
        ["password", "alice", "200", "2"],
        ["user", "alice", "200", "3"],
        ["role", "deploy", "300", "no recorded use"],
    ]
    assert "\nIdle, active: in days; active of the last 400, by CloudTrail.\n" in body(report)


@pytest.mark.parametrize("report", [IDLE, DORMANT], ids=["stale", "dormant"])
def test_machines_are_told_how_many_are_dormant_and_no_days(report):
    plain = json.loads(json.loads(message(report).text)["default"])

    assert plain["dormant_total"] == len(report.dormant)
    assert all("days" not in each and each["days_in_words"] for each in plain["findings"])


def test_an_organization_is_told_how_many_are_dormant_and_no_days():
    stale, dormant = (summary(account(0), report, "") for report in (IDLE, DORMANT))

    assert (stale["dormant"], dormant["dormant"]) == (0, 1)
    assert [("days" in each, each["days_in_words"]) for each in stale["first"]] == [
        (False, finding_as_dict(IDLE.findings[0])["days_in_words"])
    ]


def test_the_page_has_days_by_the_month():
    (data, *_) = Parsed(page(document(IDLE))).texts["script"]

    assert json.loads(data)["findings"][0]["days"] == {"d2601": 1 << 23, "d2605": 0b1100}
    assert json.loads(data)["heard_days"].keys() >= {"d2611", "d2601"}


BARS = "document.querySelector('#{} .strip .on').getAttribute('d').split('M').length - 1"
LABEL = "document.querySelector('#{} .strip').ariaLabel"


def test_the_page_draws_the_last_year_of_a_finding_and_says_it(opened):
    run = opened(document(IDLE))

    assert run(BARS.format("findings")) == 2, "two weeks, of one two days"
    assert run(LABEL.format("findings")) == "active on 3 days in the last 400: 24 January, 3 May, 4 May"
    assert run("document.querySelector('#findings .strip title').textContent") == run(LABEL.format("findings"))
    run("document.querySelector('#findings .opens').click()")
    assert "active on 3 days in the last 400" in run("document.querySelector('#findings .detail').innerText")


def test_a_bar_is_the_taller_the_more_days_of_the_week_it_was_active(opened):
    run = opened(document(IDLE))
    tall = run(
        "document.querySelector('#findings .strip .on').getAttribute('d').match(/v-[\\d.]+/g).map((v) => -v.slice(1))"
    )

    assert tall[0] < tall[1]


def test_days_before_the_first_event_are_drawn_as_not_known(opened):
    known = "document.querySelector('#findings .strip .known').getAttribute('d').split('M').length - 1"
    run = opened(document(review_of(deploy(), seen_on([95], *OF_DEPLOY), Heard(range(100)))))

    assert run(known) == 100
    assert run(LABEL.format("findings")) == (
        "active on 1 day since 13 August: 17 August; of 271 days of the last 371 nothing is known"
    )


def test_what_has_no_known_days_has_no_strip(opened):
    run = opened(document(OLD))

    assert run("document.querySelectorAll('#findings .strip').length") == 0


def test_the_dormant_have_a_section_with_their_strip(opened):
    run = opened(document(DORMANT))
    cells = "[...document.querySelectorAll('#dormant tbody td')].map((each) => each.innerText.trim())"

    assert run(cells)[:7] == ["deploy", "Role", "95", "2026-08-17", "91 days", "2026-11-16", "2027-01-01"]
    assert run(BARS.format("dormant")) == 4
    assert "dormant" in run("document.querySelector('#judged').innerText")


def test_a_shorter_limit_makes_a_monthly_job_dormant_and_the_days_stay_the_same():
    report = review_of(deploy(made=900), seen_on(range(35, 200, 30), *OF_DEPLOY), Limits(role=30))
    ((_, verdict),) = report.dormant

    assert (verdict.dormancy.rhythm_days, verdict.dormancy.stale_from) == (30, TODAY + timedelta(days=10))
    assert replace(verdict.active, since=None) == verdict.active
