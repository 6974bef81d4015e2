"""The mail within SNS's limits, and the answer within Lambda's, whatever an account holds."""

import json
import re
from dataclasses import replace

import pytest
from accounts import Refused, alice, days, deploy, review_of, seen
from builders import ACCOUNT

from activity.item import Flag
from reporter.inventory.account import Gap
from reporter.listening.coverage import Coverage, Trails
from reporter.publishing.document import answer
from reporter.publishing.mail import body
from reporter.publishing.message import fitting_answer, message

FILES = f"s3://reports/{ACCOUNT}/2026-11-20T120000Z/"
# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: of the message and its attributes together.
MOST_OF_SNS = 262_144
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MOST_OF_LAMBDA = 6 * 1024 * 1024
# Some more than fit: a finding of a hostile role has 2.3 KB in the answer, one that is exempt 1 KB.
MANY, MANY_EXEMPT = 3_000, 7_000


def hostile(number):
    """As long as IAM has names and paths; of what it would not have in them, and CloudTrail tells of callers."""
    return f"\"\\\x00\n😀<'{number}".ljust(64, '"')


def hostile_roles(count, **more):
    return [
        deploy(name=hostile(number), id=f"AROA{number}", path=f"/{'p' * 510}/", **more)
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def huge():
    """A report of 3,000 findings, each seen by a hostile agent; half of them were mailed before."""
    roles = hostile_roles(MANY)
    sightings = [
        seen(220 + number % 30, f"ID#{role.id}", role.arn.split(":", 5)[5], user_agent=hostile(number) * 4)
        for number, role in enumerate(roles)
    ]
    flagged = {(role.arn, f"ID#{role.id}"): Flag(days(7), days(200)) for role in roles[: MANY // 2]}
    return review_of(*roles, *sightings, flagged)


def bytes_of(mail):
    """As SNS counts them."""
    parts = [mail.text]
    for name, value in mail.attributes.items():
        parts += [name, value["DataType"], value["StringValue"]]
    return len("".join(parts).encode())


@pytest.mark.parametrize("files", [FILES, ""])
def test_the_mail_of_3_000_findings_fits_into_sns(huge, files):
    mail = message(huge, files)

    assert len(huge.findings) == MANY
    assert 90_000 < bytes_of(mail) <= MOST_OF_SNS
    assert len(mail.subject) < 100
    assert len(mail.attributes) <= 10


def test_of_3_000_findings_the_worst_are_told_and_where_the_rest_is(huge):
    forms = json.loads(message(huge, FILES).text)
    plain, mail = json.loads(forms["default"]), forms["email"]

    assert "\nand 2,980 more findings: lastseen report prints them all.\n" in mail
    assert len(re.findall(r"(?m)^\d+\*? +role .* 249  +1$", mail)) == 20
    assert plain["findings_total"] == MANY
    assert plain["report"] == f"{FILES}report.json"
    assert 10 < len(plain["findings"]) < MANY
    assert {finding["idle_days"] for finding in plain["findings"]} == {249}


def test_the_answer_of_3_000_findings_fits_into_lambda(huge):
    fitting = fitting_answer(huge, FILES)

    length = len(json.dumps(fitting, ensure_ascii=False).encode())
    assert 5_000_000 < length <= MOST_OF_LAMBDA
    assert fitting["truncated"] == {"findings": MANY, "report": FILES}
    assert 0 < len(fitting["findings"]) < MANY
    assert fitting["counts"]["role"]["stale"] == MANY


def test_the_answer_of_7_000_exempt_fits_into_lambda():
    fitting = fitting_answer(review_of(*hostile_roles(MANY_EXEMPT, exempt="audit")), FILES)

    assert len(json.dumps(fitting, ensure_ascii=False).encode()) <= MOST_OF_LAMBDA
    assert fitting["truncated"] == {"exempt": MANY_EXEMPT, "report": FILES}
    assert 0 < len(fitting["exempt"]) < MANY_EXEMPT


def test_an_answer_that_fits_is_whole():
    report = review_of(deploy(), alice(exempt="audit"), Refused("GetAccountAuthorizationDetails"))

    assert fitting_answer(report, FILES) == answer(report)


def test_machines_get_all_of_a_small_report():
    report = review_of(deploy(), deploy(name="batch", id="AROABATCH", used=100), alice(made=5))
    forms = json.loads(message(report, FILES).text)
    plain = json.loads(forms["default"])

    assert set(forms) == {"default", "email", "sms"}
    without_days = [
        {name: value for name, value in each.items() if name != "days"} for each in answer(report)["findings"]
    ]
    assert plain["findings"] == sorted(without_days, key=lambda each: -each["idle_days"])
    assert (plain["account"], plain["alias"], plain["at"]) == (ACCOUNT, "acme", "2026-11-20T12:00:00Z")
    assert (plain["findings_total"], plain["new"], plain["warnings"]) == (2, 2, [])
    assert plain["counts"] == report.counts


def test_what_was_resolved_and_not_checked_is_told_to_machines():
    gone = {(f"arn:aws:iam::{ACCOUNT}:role/gone", "ID#AROAGONE"): Flag(days(7), days(100))}
    report = review_of(alice(), gone, Refused("GetCredentialReport"))
    plain = json.loads(json.loads(message(report).text)["default"])

    assert plain["report"] is None
    assert [(each["name"], each["how"]) for each in plain["resolved"]] == [("gone", "deleted")]
    assert [each["what"] for each in plain["gaps"]] == ["credential report"]
    assert (plain["resolved_total"], plain["gaps_total"]) == (1, 1)


def test_attributes_carry_what_a_subscription_filters_by(huge):
    def values(report):
        return {name: value["StringValue"] for name, value in message(report).attributes.items()}

    none = dict.fromkeys(("stale_user", "stale_password", "stale_access_key", "stale_role", "new", "gaps"), "0")
    assert values(review_of()) == none | {"event": "report", "account": ACCOUNT, "tracker_silent": "false"}
    assert values(huge) == values(review_of()) | {"stale_role": f"{MANY}", "new": f"{MANY // 2}"}
    assert values(review_of(Refused("ListUsers")))["gaps"] == "1"


def test_numbers_are_typed_as_numbers():
    types = {name: value["DataType"] for name, value in message(review_of()).attributes.items()}

    assert {name for name, kind in types.items() if kind == "String"} == {"event", "account", "tracker_silent"}
    assert set(types.values()) == {"String", "Number"}


GAP = Gap("keys", "x" * 94)  # 124 bytes, and two more in a list of them.


def length(value):
    return len(json.dumps(value, ensure_ascii=False).encode())


def for_machines(report):
    return json.loads(json.loads(message(report, FILES).text)["default"])


def test_of_gaps_and_of_what_was_resolved_machines_get_as_much_as_fits_into_an_eighth_each():
    """Of half of the room, which is 62,500 bytes."""
    gone = {(f"arn:aws:iam::{ACCOUNT}:role/gone", "ID#AROAGONE"): Flag(days(7), days(100))}
    report = review_of(gone)
    report = replace(report, gaps=(GAP,) * 100, resolved=report.resolved * 100)
    plain = for_machines(report)

    assert length(plain["gaps"][0]) + 2 == 126
    assert len(plain["gaps"]) == 62  # They are 7,812 bytes: not one is left.
    assert plain["gaps"][0] == {"what": GAP.what, "reason": GAP.reason}
    assert len(plain["resolved"]) == 7812 // (length(plain["resolved"][0]) + 2)
    assert (plain["gaps_total"], plain["resolved_total"]) == (100, 100)


def test_of_findings_machines_get_as_much_as_fits_into_the_rest_of_half_of_the_room():
    report = review_of(deploy())
    plain = for_machines(replace(report, findings=report.findings * 200, gaps=(GAP,) * 100))

    assert 62_500 - length(plain["findings"][0]) < length(plain) <= 62_500 + len(', "findings": []')
    assert (plain["event"], plain["findings_total"]) == ("report", 200)


def test_the_answer_is_as_much_as_fits_into_lambdas_with_an_eighth_for_gaps_and_one_for_the_exempt():
    report = review_of(deploy(), deploy(name="dr", id="AROADR", exempt="audit"))
    many = 20_000
    fitting = fitting_answer(
        replace(report, findings=report.findings * many, gaps=(GAP,) * many, exempt=report.exempt * many), FILES
    )

    assert len(fitting["gaps"]) == 687_500 // (length(fitting["gaps"][0]) + 2)
    assert len(fitting["exempt"]) == 687_500 // (length(fitting["exempt"][0]) + 2)
    rest = {name: value for name, value in fitting.items() if name != "truncated"}
    assert 5_500_000 - length(fitting["findings"][0]) - 2 < length(rest) <= 5_500_000
    assert fitting["truncated"] == dict.fromkeys(("findings", "gaps", "exempt"), many) | {"report": FILES}


def test_what_is_not_ascii_takes_no_more_room_than_it_has_bytes():
    report = replace(review_of(deploy()), alias="Bücher 書店")
    text = message(report, FILES).text

    assert text.count("Bücher 書店") >= 1
    assert "Bücher 書店" in json.loads(text)["default"]


def test_the_mail_of_a_message_is_the_mail_with_or_without_a_link():
    report = review_of(deploy())

    for link in ((), ("https://example.com/page",)):
        assert json.loads(message(report, FILES, *link).text)["email"] == body(report, FILES, *link)


def test_that_events_do_not_arrive_is_an_attribute():
    deaf = replace(review_of(), coverage=Coverage(trails=Trails(("No trail logs management events.",))))

    assert message(deaf).attributes["tracker_silent"] == {"DataType": "String", "StringValue": "true"}
