"""The demo is the README's first screen, and is held to it."""

import re

from builders import ROOT
from screenshot import PICTURE, THEN, digest, outcome
from typer.testing import CliRunner

from lastseen.__main__ import app
from lastseen.asking.calendar import ranges
from lastseen.asking.words import lines
from lastseen.demo.events import events


def shown_in(page):
    (shown,) = re.findall(r"```text\n(Subject: .*?)```", (ROOT / page).read_text(), re.DOTALL)
    return shown


def test_the_readme_shows_what_the_demos_mail_begins_with_and_its_docs_all_of_it():
    mail = str(outcome().report)

    assert shown_in("docs/report.md") == mail
    assert mail.startswith(shown_in("README.md"))
    assert mail.removeprefix(shown_in("README.md")).startswith("\nCommands, by number")


def test_the_mail_is_short():
    commands = ("aws iam", "( set -e", "test ", "echo ", ")")
    lines = [
        re.sub(r"Fix: (aws .*|make \w+)", "", line)
        for line in outcome().report.text.splitlines()
        if not line.lstrip("0123456789, ").startswith(commands)
    ]

    assert len(" ".join(lines).split()) <= 340


def test_the_readmes_picture_shows_the_page_as_it_is():
    assert digest(outcome().page).encode() in PICTURE.read_bytes(), (
        "make screenshot, and look at docs/report.png"
    )


def test_every_sample_is_recorded_by_the_demo():
    ran = outcome()

    assert [name for name, _ in events(THEN) if name.endswith(".json")] == sorted(
        each.name for each in (ROOT / "events").glob("*.json")
    )
    assert (ran.events, ran.again) == (len(list(events(THEN))), [])


def test_the_demo_shows_all_that_a_report_can_tell():
    ran = outcome()
    findings = {each["name"]: each["first_flagged"] for each in ran.answer["findings"]}

    assert findings["legacy-batch"] == "2026-11-23T07:00:00Z"
    assert findings["carol"] == "2026-11-16T07:00:00Z"
    assert [each["what"] for each in ran.answer["gaps"]] == [
        "access keys of arn:aws:iam::123456789012:user/vault/ines"
    ]
    assert {each["name"] for each in ran.answer["exempt"]} == {"frank", "dr-failover"}
    assert [(each["name"], each["rhythm_days"]) for each in ran.answer["dormant"]] == [("quarter-close", 91)]
    assert (
        "\nDormant, not flagged: role quarter-close (runs about every 91 days, next around " in ran.report.text
    )
    assert "quarter-close" not in findings
    (snoozed,) = ran.answer["snoozed"]
    assert (snoozed["access_key_id"], snoozed["until"]) == ("AKIAEXAMPLEGRACE0001", "2026-12-31")
    assert (
        "\nSNOOZED (1)\n- until 2026-12-31, by user/people/alice: access key AKIAEXAMPLEGRACE0001 of"
        in ran.report.text
    )
    for title in (
        "WHAT TO DO",
        "TO FIX IN THE TRACKER",
        "WHAT CHANGED",
        "METHOD",
    ):
        assert f"\n{title}" in ran.report.text
    assert "NOT ARRIVING" not in ran.report.subject
    assert (
        "- Exemption of arn:aws:iam::123456789012:role/dr-failover: 'disaster recovery until=next year' has no"
        in ran.report.text
    )
    assert "- deleted: role old-importer\n" in ran.report.text
    assert ": user nina, access key AKIAEXAMPLENINA00001 of user nina\n" in ran.report.text
    assert "legacy-batch" in ran.page


def test_the_plan_names_what_would_be_disabled_and_when_and_why_the_rest_is_left():
    plan = outcome().plan

    assert shown_in("docs/quarantine.md") == str(plan)
    assert plan.subject == "Quarantine in 123456789012: 2 announced"
    assert (
        "\n  user carol  [123456789012:user:AIDAEXAMPLECAROL00001]\n    on 2026-12-07 or later; " in plan.text
    )
    assert "\n  user dave  [123456789012:user:AIDAEXAMPLEDAVE000001]\n    on 2026-12-07 or later; " in plan.text
    assert "\nAnnounced. Mode=plan, so nothing is disabled." in plan.text
    assert "\nNot planned: role legacy-batch: younger than 180 days.\n" in plan.text
    assert max(map(len, plan.text.splitlines())) <= 80


def test_the_look_ups_find_the_owner_of_a_key_and_who_came_from_an_address():
    ran = outcome()

    assert {activity.principal for activity in ran.owner_of_key} == {
        "arn:aws:iam::123456789012:user/people/alice"
    }
    assert [activity.principal.rpartition(":")[2] for activity in ran.came_from_office] == [
        "user/people/alice",
        "root",
    ]
    assert list(lines(ran.came_from_office))[1].startswith("  address 198.51.100.7 ")
    there = {row.principal.rpartition("/")[2]: (ranges(row.active), ranges(row.refused)) for row in ran.there}
    assert str(ran.nights) == "from 2026-11-20 to 2026-11-21"
    assert there["nina"] == ("2026-11-21", "")
    assert "carol" not in there
    assert len(ran.quarterly.active) == 4


def test_the_readme_shows_the_weeks_of_the_quarterly_job():
    assert (
        "```text\n{}\n{}\n```".format(*outcome().quarterly.strip(THEN.date()))
        in (ROOT / "README.md").read_text()
    )


def test_the_command_prints_the_mail_and_look_ups_and_writes_the_page_where_asked(tmp_path):
    page = tmp_path / "demo.html"
    done = CliRunner().invoke(app, ["demo", "--html", str(page)])

    assert done.exit_code == 0
    assert "Subject: IAM in acme-prod: 1 new, 5 open, 4 resolved, 1 not checked\n" in done.stdout
    assert "access key  dave          AKIAEXAMPLEDAVE00001  200 " in done.stdout
    assert "\nSubject: Quarantine in 123456789012: 2 announced\n" in done.stdout
    assert "Whose is AKIAEXAMPLEALICE0001" in done.stdout
    assert "Who came from 198.51.100.7?" in done.stdout
    assert re.search(r"Who was active from \S+ to \S+\?\n\narn:aws:iam::123456789012:user/", done.stdout)
    assert re.search(r"quarter-close active\? \(.*\)\n\n[·▁]{53}\n", done.stdout)
    assert '"_aws"' not in done.stdout
    assert done.stderr == ""
    assert done.stdout.endswith(f"\nThe report's page, for a browser: {page}\n")
    assert "legacy-batch" in page.read_text()
