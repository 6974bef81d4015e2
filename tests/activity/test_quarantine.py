"""What quarantine keeps of a finding, as programs get it."""

from dataclasses import replace
from datetime import timedelta

from accounts import deploy
from builders import ACCOUNT, NOON
from quarantined import ROLE, entry_of, report_of

from activity.quarantine.entry import Step

ENTRY = replace(entry_of(report_of(deploy(made=500, used=350)), ROLE), owner="team-a")


def test_an_entry_has_the_names_of_the_reports_findings_and_the_undo():
    told = ENTRY.stepped(Step.DISABLED, NOON + timedelta(days=14)).as_dict()

    assert {
        name: told[name] for name in ("finding_id", "account", "kind", "name", "owner", "step", "mode")
    } == {
        "finding_id": ROLE,
        "account": ACCOUNT,
        "kind": "role",
        "name": "deploy",
        "owner": "team-a",
        "step": "disabled",
        "mode": "enforce",
    }
    assert told["undo"][0] == f"lastseen restore {ROLE}"
    assert "access_key_id" not in told
