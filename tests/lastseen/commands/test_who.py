"""`lastseen who`: what one screen tells of a principal, and where there is nothing to tell."""

import json

import pytest
from asking import ask
from builders import ACCOUNT, ALICE, ALICE_ID, activity, at

from activity.item import Flag, Item
from activity.model import change_facet
from lastseen.asking.finding import Finder
from lastseen.asking.forms import recognise
from lastseen.asking.lookup import Lookup
from lastseen.terminal import patience

ME = f"arn:aws:iam::{ACCOUNT}"


def test_a_federated_user_is_found_by_the_last_sighting(table):
    table.record(activity(session_name="mike"))
    table.record(activity(session_name="mike", principal="arn:aws:iam::210987654321:user/bob"))

    assert ask("who", f"arn:aws:sts::{ACCOUNT}:federated-user/mike").stdout.splitlines()[0] == ALICE


def test_a_session_that_was_asked_for_by_its_roles_id_is_marked(table):
    role = f"{ME}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
    for facet in ("ID#AROAEXAMPLESSOADMIN01", "SESSION#judy@example.com", "SESSION#mallory@example.com"):
        table.record(activity(principal=role, facet=facet))
    shown = ask("who", "AROAEXAMPLESSOADMIN01:judy@example.com").stdout

    assert "\nsession judy@example.com (asked for) " in shown
    assert "\nsession mallory@example.com  " in shown


def test_what_may_be_wrong_with_an_id_is_said_before_aws_is_asked(table):
    hint = "An access key id has 20 characters, and this has 19: some may be missing."
    done = ask("who", "AKIAEXAMPLEALICE001")
    denied = ask("who", "AKIAEXAMPLEALICE001", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")

    assert done.stderr.startswith(f"lastseen: {hint}\n")
    assert done.output.count(hint) == 1
    assert denied.stderr.startswith(f"lastseen: {hint}\nlastseen: no AWS credentials")


def test_each_change_of_the_root_user_is_a_line(table):
    root = f"{ME}:root"
    for seconds in (0, 600):
        facet = change_facet("EmailUpdated", at(seconds))
        table.record(activity(seconds, principal=root, facet=facet, event_name="EmailUpdated"))
    shown = ask("who", root).stdout

    assert "last seen   2026-11-20T12:10:00Z" in shown
    assert "\nchange EmailUpdated  2026-11-20T12:10:00Z" in shown
    assert "\nchange EmailUpdated  2026-11-20T12:00:00Z" in shown


def test_an_event_older_than_event_history_is_said_to_be(table):
    table.record(activity(region="eu-west-1"))

    assert "older than the 90 days" not in ask("who", ALICE, now=at(90 * 86400)).stdout
    assert "older than the 90 days" in ask("who", ALICE, now=at(90 * 86400 + 1)).stdout


def test_a_flag_of_the_report_is_told_with_what_it_is_about(table, flag):
    flag((ALICE, f"ID#{ALICE_ID}"), at(-100))
    flag((ALICE, "KEY#AKIAALICE"), at(-50))
    table.record(activity())
    done = ask("who", ALICE)

    assert "flagged     itself: since 2026-11-20T11:58:20Z, idle since 2026-11-20T11:58:20Z" in done.stdout
    assert "flagged     access key AKIAALICE: since 2026-11-20T11:59:10Z" in done.stdout


def test_use_that_took_a_flag_off_is_told(table, flag, flags):
    flag((ALICE, f"ID#{ALICE_ID}"), at(-100))
    table.record(activity())
    flags.awaken((ALICE, f"ID#{ALICE_ID}"), at(0))

    assert "awakened    itself: was flagged, and seen again at 2026-11-20T12:00:00Z" in ask("who", ALICE).stdout


def test_what_was_flagged_and_never_seen_is_found(flag):
    flag((ALICE, f"ID#{ALICE_ID}"), at(-100))
    done = ask("who", "alice")

    assert done.exit_code == 0
    assert "last seen  not since tracking began\n" in done.stdout


@pytest.mark.parametrize("handle", ["old-importer", f"{ME}:role/old-importer", "AROAEXAMPLEOLD0001"])
@pytest.mark.parametrize("is_exempt", [False, True], ids=["once flagged", "exempt"])
def test_what_was_neither_seen_nor_is_flagged_is_nobody(flags, handle, is_exempt):
    key = f"{ME}:role/old-importer", "ID#AROAEXAMPLEOLD0001"
    flags.flag(key, ACCOUNT, Flag(at(-100), at(-200)), now=at(-100))
    flags.unflag(key)
    if is_exempt:
        flags.exempt(key, ACCOUNT, now=at(0))
    done, as_json = ask("who", handle), ask("who", handle, "--json")

    assert (done.exit_code, as_json.exit_code, as_json.stdout) == (1, 1, "")
    assert done.stdout.startswith("No sightings of ")
    assert as_json.stderr.count("No sightings of") == 1


@pytest.mark.parametrize("handle", ["alice", ALICE_ID, "198.51.100.7", "build-42"])
def test_what_has_no_arn_is_nobody(table, handle):
    redacted = {"source_ip": "198.51.100.7", "session_name": "build-42"}
    for facet in (f"ID#{ALICE_ID}", "IP#198.51.100.7"):
        table.record(activity(principal="alice", facet=facet, **redacted))

    assert ask("who", handle).exit_code == 1


ALICIA = f"{ME}:user/alicia"


@pytest.mark.parametrize(
    ("facets", "is_flagged", "said"),
    [
        pytest.param([f"ID#{ALICE_ID}"], True, "seen", id="seen, and flagged"),
        pytest.param([f"DENIED#{ALICE_ID}", f"ID#{ALICE_ID}"], False, "seen", id="seen and refused"),
        pytest.param([f"DENIED#{ALICE_ID}"], True, "refused", id="refused, and flagged"),
        pytest.param([], True, "flagged", id="flagged alone"),
    ],
)
def test_the_other_name_of_a_unique_id_is_told_as_what_it_was(table, flag, facets, is_flagged, said):
    for facet in facets:
        table.record(activity(facet=facet))
    if is_flagged:
        flag((ALICE, f"ID#{ALICE_ID}"), at(-100))
    table.record(activity(principal=ALICIA))
    shown = ask("who", "alicia").stdout

    assert f"The same unique id was {said} under other names, too:\n    lastseen who {ALICE}\n" in shown
    assert shown.count("under other names") == 1
    assert f"seen under other names, too:\n    lastseen who {ALICIA}\n" in ask("who", ALICE).stdout


def test_a_name_that_neither_saw_nor_flagged_the_unique_id_any_more_is_no_other_name(table, flags):
    flags.flag((ALICE, f"ID#{ALICE_ID}"), ACCOUNT, Flag(at(-100), at(-200)), now=at(-100))
    flags.unflag((ALICE, f"ID#{ALICE_ID}"))
    table.record(activity(principal=ALICIA))

    assert "under other names" not in ask("who", "alicia").stdout


class Nat:
    """An address from which the last event of ten thousand roles came."""

    def last_seen_from(self, address):
        those = (
            activity(n, principal=f"{ME}:role/r{n // 3}", facet=f"SERVICE#{n % 3}", source_ip=address)
            for n in range(30_000)
        )
        self.answer = Counted({each.key: Item(each) for each in those})
        return self.answer


class Counted(dict):
    """How often all of it is read."""

    reads = 0

    def items(self):
        self.reads += 1
        return super().items()

    def __iter__(self):
        self.reads += 1
        return super().__iter__()


def test_the_time_for_an_address_grows_no_faster_than_who_came_from_there(table, flags):
    nat = Nat()
    found = Finder(Lookup(table, flags, nat, patience, None)).find(recognise("203.0.113.9")).matches

    assert [match.principal for match in found[:2]] == [f"{ME}:role/r9999", f"{ME}:role/r9998"]
    assert len(found) == 10_000
    assert nat.answer.reads <= 2


def test_a_key_whose_owner_was_renamed_shows_both_names(table):
    renamed = f"{ME}:user/alice-smith"
    table.record(activity(0, facet="KEY#AKIAALICEALICEALICE"))
    table.record(activity(60, facet="KEY#AKIAALICEALICEALICE", principal=renamed))
    done = ask("who", "AKIAALICEALICEALICE")

    assert [line.split()[-1] for line in done.stdout.splitlines()[3:]] == [renamed, ALICE]


def test_of_many_the_newest_are_shown_and_the_rest_is_counted(table):
    for number in range(12):
        table.record(activity(number, facet=f"SERVICE#service{number:02}.amazonaws.com"))
    few, everything = ask("who", ALICE).stdout, ask("who", ALICE, "--all").stdout

    assert [line.split()[1][:9] for line in few.splitlines() if line.startswith("service ")] == [
        f"service{number:02}" for number in range(11, 6, -1)
    ]
    assert "7 services more: --all" in few
    assert everything.count("amazonaws.com  2026") == 12


def test_what_was_asked_for_is_shown_however_old(table):
    for number in range(12):
        table.record(activity(number, facet=f"SERVICE#service{number:02}.amazonaws.com"))

    assert "service00.amazonaws.com (asked for)" in ask("who", "service00").stdout


def test_of_many_matches_the_newest_are_shown(table):
    for number in range(25):
        principal = f"{ME}:role/r{number:02}"
        table.record(activity(number, facet="SERVICE#s3.amazonaws.com", principal=principal))
    few, everything = ask("who", "s3").stdout, ask("who", "s3", "--all").stdout

    assert "r24" in few
    assert "r04" not in few
    assert "5 more, seen longer ago: --all" in few
    assert everything.count("lastseen who") == 25


def test_nothing_found_where_nothing_was_heard_proves_nothing(table):
    assert "No events from CloudTrail have arrived yet" in ask("who", ALICE).stdout


def test_as_json_a_flag_is_told_also_of_what_was_never_seen(flag):
    flag((ALICE, f"ID#{ALICE_ID}"), at(-100))

    assert json.loads(ask("who", ALICE, "--json").stdout) == {
        "handle": ALICE,
        "type": "user",
        "name": "alice",
        "account": ACCOUNT,
        "principal": ALICE,
        "facet": f"ID#{ALICE_ID}",
        "first_flagged": "2026-11-20T11:58:20Z",
        "idle_since": "2026-11-20T11:58:20Z",
    }


def test_what_events_bring_is_shown_as_it_is_and_moves_no_cursor(table):
    table.record(activity(user_agent="\x1b[2J[bold]x[/bold]\u202e\n", region="$(reboot)", event_id="a;b"))
    done = ask("who", ALICE)

    assert r"user agent  \x1b[2J[bold]x[/bold]\u202e\n" in done.stdout
    assert "--region '$(reboot)' --lookup-attributes 'AttributeKey=EventId,AttributeValue=a;b'" in done.stdout


def test_local_time_stands_beside_utc(in_tokyo, table):
    table.record(activity())
    done = ask("who", ALICE, "--local-time")

    assert "last seen   2026-11-20T12:00:00Z (2026-11-20 21:00:00 JST), 0 seconds ago\n" in done.stdout


@pytest.mark.parametrize("handle", ["ASIAEXAMPLE000000001", "arn:aws:s3:::bucket", "two words"])
def test_what_is_no_handle_is_one_line(handle):
    done = ask("who", handle)

    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)


DEPLOY, WITHOUT_PATH = f"{ME}:role/ci/deploy", f"{ME}:role/deploy"


@pytest.mark.parametrize("handle", [WITHOUT_PATH, f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/build-42"])
@pytest.mark.parametrize("held", ["AROADEPLOY", ""], ids=["with its id", "without it"])
def test_a_role_that_was_seen_without_its_path_long_ago_is_not_all_there_is(table, handle, held):
    table.record(activity(-300 * 86_400, principal=WITHOUT_PATH, facet=f"ID#{held}"))
    table.record(activity(principal=DEPLOY, facet="ID#AROADEPLOY"))
    shown = ask("who", handle).stdout

    assert shown.splitlines()[0] == DEPLOY
    assert "last seen   2026-11-20T12:00:00Z" in shown


@pytest.mark.parametrize("arn", [f"{ME}:user/bob", WITHOUT_PATH])
def test_an_arn_without_its_path_finds_who_has_one(table, arn):
    whole = arn.replace("user/", "user/people/").replace("role/", "role/ci/")
    table.record(activity(principal=whole, facet="ID#X"))

    assert ask("who", arn).stdout.splitlines()[0] == whole


def test_an_address_of_a_role_is_found_if_its_last_event_came_from_there(table):
    table.record(activity(principal=DEPLOY, facet="ID#AROADEPLOY", source_ip="198.18.0.77"))
    done = ask("who", "198.18.0.77")

    assert done.stdout.splitlines()[0] == DEPLOY
    assert "Addresses are kept of people" in done.stdout
    assert (
        "- searched for every principal whose last event came from 198.18.0.78\n"
        in ask("who", "198.18.0.78").stdout
    )


def test_a_session_of_a_role_is_found_if_its_last_event_was_by_it(table):
    table.record(activity(principal=DEPLOY, facet="SERVICE#s3.amazonaws.com", session_name="build-42"))
    table.record(activity(principal=WITHOUT_PATH, facet="ID#", session_name="build-42"))
    table.record(activity(facet="SERVICE#s3.amazonaws.com", session_name="build-42"))
    rows = ask("who", "build-42").stdout.splitlines()

    assert {row.split()[-1] for row in rows[3:5]} == {DEPLOY, ALICE}
    assert "last event by session build-42" in rows[3]


@pytest.mark.parametrize(
    ("handle", "told"),
    [
        ("AKIAEXAMPLEMALLORY01", "Events come from 1 region of 30 accounts, since 2026-11-20, the last 31 seconds"),
        ("arn:aws:iam::000000000003:user/nobody", "Events come from 1 region of account 000000000003, since 2026"),
        ("arn:aws:iam::000000000077:user/nobody", "No events of account 000000000077 have arrived. Events come"),
    ],
)  # fmt: skip
def test_from_where_events_come_is_a_line_below_an_empty_answer(table, handle, told):
    for number in range(30):
        table.record(activity(number, principal="coverage", facet=f"{number:012}#eu-west-1"))

    assert ask("who", handle, now=at(60)).stdout.splitlines()[-1].startswith(told)


@pytest.mark.parametrize(
    ("handle", "told"),
    [
        ("s3.amazonaws.com", "By service, only calls that were not refused are kept."),
        ("123456789012", "lastseen list --account 123456789012"),
        ("b4c8d418-20a1-70ee-9f3d-1234567890ab", "AttributeValue=b4c8d418-20a1-70ee-9f3d-1234567890ab"),
        ("nobody", "Of sessions, Identity Center's are kept; of others, the last event's alone."),
    ],
)
def test_what_an_answer_cannot_tell_is_told(table, handle, told):
    assert told in ask("who", handle).stdout


def test_all_of_an_address_are_its_people_and_the_roles_whose_last_event_came_from_there(table):
    table.record(activity(facet="IP#198.18.0.77"))
    table.record(activity(-60, principal=DEPLOY, facet="ID#AROADEPLOY", source_ip="198.18.0.77"))

    assert ask("who", "198.18.0.77").stdout.splitlines()[0] == ALICE
    everybody = ask("who", "198.18.0.77", "--all").stdout.splitlines()
    assert [row.split()[-1] for row in everybody[3:5]] == [ALICE, DEPLOY]
