"""The report as a web page: what stands in the file, and what a browser makes of it."""

import json
import re
from time import perf_counter, sleep

import pytest
from accounts import Key, Password, User, alice, deploy, review_of
from builders import ACCOUNT, NOON
from hypothesis import given, settings
from hypothesis import strategies as st
from pages import HOSTILE, SHOWN, Parsed, hashed

from activity.finding import Kind
from activity.item import Flag
from reporter.judgement.resolution import How, Resolved
from reporter.publishing.document import document as document_of
from reporter.publishing.document import resolved_as_dict
from reporter.publishing.page import page, template
from reporter.publishing.spreadsheet import rows
from reporter.publishing.todo import WHY
from reporter.publishing.wording import outcome

TEMPLATE = template()


def finding(name, kind="role", idle=100, **changes):
    arn = f"arn:aws:iam::{ACCOUNT}:{'role' if kind == 'role' else 'user'}/{name}"
    return {
        "account": ACCOUNT,
        "kind": kind,
        "name": name,
        "arn": arn,
        "id": f"AROA{name}",
        "status": "stale",
        "created": "2020-01-01T00:00:00Z",
        "last_used": "2026-08-12T12:00:00Z",
        "last_used_source": "iam",
        "idle_days": idle,
        "threshold_days": 90,
        "first_flagged": "2026-11-13T12:00:00Z",
        "is_new": False,
        "reason": "last used on 2026-08-12, says IAM",
        "evidence": {"last_seen": None, "last_used": "2026-08-12T12:00:00Z"},
        "commands": [f"aws iam disable-{kind} --name {name}"],
        "priority": 10_000 - idle,
        "risk": kind,
        "console": f"https://console.aws.amazon.com/iam/home#/{name}",
        "steps": [step(f"aws iam disable-{kind} --name {name}", f"aws iam enable-{kind} --name {name}")],
    } | changes


def step(command, undo="", *, ask_first=False):
    return {"command": command, "undo": undo, "ask_first": ask_first}


def document(*findings, **changes):
    kinds = "user", "password", "access_key", "role"
    statuses = "active", "stale", "never_used", "dormant", "unknown", "exempt", "snoozed"
    counts = {kind: dict.fromkeys(statuses, 0) for kind in kinds}
    for each in findings:
        counts[each["kind"]][each["status"]] += 1
    lists = (
        *("resolved", "lapses", "gaps", "exempt", "missed", "warnings", "notes", "heard", "disabled_keys"),
        "undated_credentials",
        "dormant",
        "snoozed",
        "quarantine",
    )
    return {
        "account": ACCOUNT,
        "alias": "acme",
        "at": "2026-11-20T12:00:00Z",
        "thresholds": dict.fromkeys(kinds, 90),
        "is_empty": False,
        "trend": [],
        "previous": "2026-11-13T12:00:00Z",
        "findings": list(findings),
        "root": None,
        "counts": counts | {"left_out": {"service_linked_role": 3}},
        **{name: [] for name in lists},
    } | changes


def test_the_page_holds_the_report_as_it_is():
    report = document(finding("batch"), warnings=["{{policy}} {{report}}"])

    assert json.loads(Parsed(page(report)).texts["script"][0]) == report


@settings(max_examples=40)
@given(st.text() | st.text("<>!-/scriptSCRIPT&;\\u{}\"'\u2028\ud800"))
def test_no_name_adds_an_element_or_changes_on_its_way(name):
    report = document(finding(name))
    parsed = Parsed(page(report))

    assert parsed.elements == Parsed(page(document())).elements
    assert json.loads(parsed.texts["script"][0]) == report


def test_what_could_end_or_hide_a_script_stands_nowhere_in_the_data():
    data = Parsed(page(document(finding(HOSTILE)))).texts["script"][0]

    assert data.isascii()
    assert data.isprintable()
    assert not set(data) & set("<>&")


def test_the_policy_allows_the_pages_own_script_and_style_and_nothing_else():
    parsed = Parsed(page(document(finding(HOSTILE))))
    policies = [each["content"] for _, each in parsed.elements if "http-equiv" in each]
    (script,), (style,) = parsed.texts["script"][1:], parsed.texts["style"]

    assert policies == [
        f"default-src 'none'; style-src '{hashed(style)}'; script-src '{hashed(script)}';"
        " base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    ]
    tags = [tag for tag, _ in parsed.elements]
    assert tags.index("meta") < tags.index("style") < tags.index("script")


def test_the_page_names_no_other_place():
    loading = {"src", "href", "srcset", "action", "data", "poster", "style"}

    assert not [each for _, each in Parsed(TEMPLATE).elements if loading & each.keys()]
    assert not re.search(r"https?:|//[a-z]|@import|url\(|fetch\(|XMLHttp|WebSocket|sendBeacon", TEMPLATE)


def test_the_script_makes_no_markup_out_of_text():
    assert not re.search(r"(inner|outer)HTML|insertAdjacent|document\.write|\beval\b|Function\(", TEMPLATE)


def test_ten_thousand_findings_stay_a_file_that_a_browser_opens():
    assert len(page(crowd()).encode()) < 15_000_000


def crowd():
    evidence = {
        "event_source": "sts.amazonaws.com",
        "event_name": "AssumeRole",
        "event_id": "00000000-0000-4000-8000-000000000000",
        "region": "eu-west-1",
        "source_ip": "198.51.100.7",
        "user_agent": "aws-cli/2.15.30 Python/3.11.8 Linux/6.1 exe/x86_64 prompt/off",
    }
    people = (finding(f"person-{each}", idle=90 + each % 3000, evidence=evidence) for each in range(10_000))
    return document(*people)


NAMES = "[...document.querySelectorAll('#findings .whose')].map((each) => each.textContent)"
PEOPLE = (
    finding("bob", "access_key", 200, access_key_id="AKIAEXAMPLEBOB", is_new=True, priority=1),
    finding("alice", "user", 1000, last_used="2024-02-24T12:00:00Z", evidence={"source_ip": "198.51.100.7"}),
    finding("batch-10", "role", 95, status="never_used", last_used=None, last_used_source=None),
    finding("batch-9", "role", 300),
)


def _lists():
    someone = {"kind": "access_key", "name": "bob", "arn": "arn", "access_key_id": "AKIAEXAMPLEBOB"}
    time = "2026-11-01T00:00:00Z"
    return {
        "resolved": [
            someone
            | {
                "how": "used",
                "at": time,
                "used": time,
                "then": "disabled",
                "since": time,
                "first_flagged": None,
            }
        ],
        "missed": [
            someone
            | {
                "used": time,
                "region": "eu-west-1",
                "service": "s3",
                "seen": None,
                "cause": "c",
                "fix": "make verify",
            }
        ],
        "exempt": [someone | {"would_be": "never_used", "idle_days": 100, "reason": "CISO", "until": None}],
        "dormant": [
            someone
            | {
                "idle_days": 95,
                "last_used": time,
                "rhythm_days": 91,
                "expected_by": "2027-01-01",
                "stale_from": "2027-02-16",
                "days_in_words": "active on 1 day since 1 October: 1 November",
                "days": ["2026-11-01"],
            }
        ],
        "quarantine": [
            {"kind": "role", "name": "old", "arn": "arn", "step": "disabled", "since": time, "due": time}
            | {"reason": "no use on record", "undo": [f"lastseen restore {ACCOUNT}:role:AROAOLD"]}
        ],
        "lapses": [{"arn": "arn:frank", "why": "no longer exists", "fix": "nothing to do"}],
        "gaps": [{"what": f"key {each}", "reason": "AccessDenied", "fix": "make verify"} for each in range(12)],
        "disabled_keys": [{"name": "bob", "access_key_id": "AKIAEXAMPLEOLD"}],
        "undated_credentials": [
            {
                "user": "carol",
                "kind": "service_specific_credential",
                "id": "ACCAEXAMPLE",
                "service": "bedrock.amazonaws.com",
                "status": "Inactive",
                "created": time,
                "age_days": 200,
                "expires": None,
            },
            {"user": "dave", "kind": "signing_certificate", "id": None, "service": None, "status": "Active"}
            | {"created": None, "age_days": None, "expires": None},
        ],
        "heard": [
            {
                "region": "eu-west-1",
                "since": time,
                "until": None,
                "canary_sent": time,
                "canary_back": None,
                "state": "not_connected",
            }
        ],
        "notes": ["No events come from eu-west-3.", "IAM made no new credential report."],
    }


LISTS = _lists()


def test_the_most_dangerous_comes_first_and_every_heading_sorts_both_ways(opened, browser):
    run = opened(document(*PEOPLE))
    heading = "document.querySelectorAll('#findings th[aria-sort] button')[{}]"
    sort = "[...document.querySelectorAll('#findings th')].map((each) => each.ariaSort)"

    assert run(NAMES) == ["bob", "alice", "batch-9", "batch-10"]
    run(f"{heading.format(0)}.click()")
    assert run(NAMES) == ["alice", "batch-9", "batch-10", "bob"]
    assert run(sort) == ["ascending"] + ["none"] * 8
    run(f"{heading.format(0)}.focus()")
    browser.press("Enter")
    assert run(NAMES) == ["bob", "batch-10", "batch-9", "alice"]
    assert run(sort) == ["descending"] + ["none"] * 8
    run(f"{heading.format(4)}.click()")
    assert run(NAMES) == ["alice", "bob", "batch-9", "batch-10"], "what has no time is last, both ways"
    run(f"{heading.format(4)}.click()")
    assert run(NAMES) == ["bob", "batch-9", "alice", "batch-10"]


def test_a_users_credentials_stand_below_it_whether_it_is_flagged_itself_or_not(opened):
    run = opened(
        document(
            finding(
                "carol", "access_key", 300, access_key_id="AKIAEXAMPLECAROL", priority=1, risk="administrator"
            ),
            finding("grace", "password", 200, priority=2),
            finding("batch", "role", 400, priority=3),
            finding("carol", "user", 300, priority=4),
        )
    )
    rows = run(
        "[...document.querySelectorAll('#findings tbody tr')]"
        ".map((each) => [...each.cells].slice(0, 4).map((cell) => cell.innerText.trim()).join('|'))"
    )

    assert rows == [
        "carol userconsole||stale|300",
        "Access key AKIAEXAMPLECAROL|administrator|stale|300",
        "grace userconsole||not flagged|",
        "Password|opens the console|stale|200",
        "batch roleconsole||stale|400",
    ]
    links = run("[...document.querySelectorAll('#findings a')].map((each) => each.href)")
    assert links == [f"https://console.aws.amazon.com/iam/home#/{name}" for name in ("carol", "grace", "batch")]


def test_the_page_and_the_mail_have_the_same_words_for_why_something_comes_first():
    (words,) = re.findall(r"const RISKS = .*?\{(.*?)\}", TEMPLATE, re.DOTALL)

    assert dict(re.findall(r'(\w+): "([^"]*)"', words)) == {str(risk): why for risk, why in WHY.items()}


@pytest.mark.parametrize(
    ("field", "typed", "left"),
    [
        pytest.param("text", "BATCH", ["batch-9", "batch-10"], id="a name, whatever its case"),
        pytest.param("text", "role batch-9", ["batch-9"], id="every word must be there"),
        pytest.param("text", "examplebob", ["bob"], id="a key"),
        pytest.param("text", "198.51.100.7", ["alice"], id="an address"),
        pytest.param("text", ".*", [], id="text, not a pattern"),
        pytest.param("from", "300", ["alice", "batch-9"], id="idle for so many days"),
        pytest.param("to", "200", ["bob", "batch-10"], id="idle for so many days at most"),
    ],
)
def test_typing_leaves_the_findings_that_match(opened, browser, field, typed, left):
    run = opened(document(*PEOPLE))
    run(f"document.getElementById('{field}').focus()")
    browser.press(typed)

    assert sorted(run(NAMES)) == sorted(left)
    assert run("document.getElementById('found').textContent") == f"{len(left)} of 4 findings"
    run("document.getElementById('clear').click()")
    assert len(run(NAMES)) == 4


def test_what_is_idle_since_after_the_report_by_a_clock_that_is_ahead_is_shown(opened):
    run = opened(document(finding("alice", "user", -1)))

    assert run(NAMES) == ["alice"]


def test_an_administrator_is_said_to_be_one_whatever_the_finding(opened):
    run = opened(document(finding("batch", "role", is_administrator=True)))

    assert run("document.querySelector('#findings .administrator').textContent") == "administrator"


def test_kind_status_and_news_can_be_chosen_and_sorting_keeps_the_choice(opened):
    run = opened(document(*PEOPLE))
    choose = "(at => (at.value = '{1}', at.dispatchEvent(new Event('input', {{bubbles: true}}))))(document.getElementById('{0}'))"

    run(choose.format("kind", "role"))
    assert run(NAMES) == ["batch-9", "batch-10"]
    for _ in range(2):
        run("document.querySelectorAll('#findings th button')[3].click()")
    assert run(NAMES) == ["batch-10", "batch-9"]
    run(choose.format("status", "never_used"))
    assert run(NAMES) == ["batch-10"]
    run("document.getElementById('clear').click(); document.getElementById('new').click()")
    assert run(NAMES) == ["bob"]
    run("document.querySelector('#judged button.never_used').click()")
    assert run(NAMES) == ["batch-10"]


def test_a_finding_opens_to_its_evidence_and_its_commands(opened, browser):
    run = opened(document(*PEOPLE))
    run("document.querySelector('#findings .opens').focus()")
    browser.press("Enter")
    text = run("document.querySelector('#findings .detail').innerText")

    assert "last used on 2026-08-12, says IAM" in text
    assert f"arn:aws:iam::{ACCOUNT}:user/bob" in text
    assert "To disable it: Copy\n\naws iam disable-access_key --name bob" in text
    assert "To undo that:\n\naws iam enable-access_key --name bob" in text
    browser.press("Enter")
    assert run("document.querySelector('#findings .detail')") is None


def test_the_commands_of_what_is_shown_are_copied_as_one_block_that_stops_in_another_account(opened, browser):
    of_alice = step("aws iam disable-user --name alice", "aws iam enable-user --name alice")
    password = finding("alice", "password", 400, steps=[step("aws iam delete-login-profile --user-name alice")])
    old = finding(
        "alice", "access_key", 400, steps=[of_alice, step("aws iam disable-it", "undo", ask_first=True)]
    )
    run = opened(document(*PEOPLE, password, old))
    run("navigator.clipboard.writeText = async () => { throw new Error('denied') }")
    run("document.addEventListener('copy', () => { window.copied = document.activeElement.value })")
    run("document.getElementById('from').value = 300; search(); document.getElementById('copy-all').focus()")
    browser.press("Enter")

    assert run("document.getElementById('copy-all').textContent") == "Copied"
    assert run("window.copied").splitlines() == [
        "( set -e",
        f"test \"$(aws sts get-caller-identity --query Account --output text)\" = {ACCOUNT} || {{ echo 'another account: nothing was done' >&2; exit 1; }}",
        "aws iam disable-user --name alice",
        "aws iam disable-role --name batch-9",
        ")",
        "# Left out: these cannot be undone, or need the owner's word.",
        "# aws iam delete-login-profile --user-name alice",
        "# aws iam disable-it",
    ]


def test_what_cannot_be_undone_and_what_its_owner_is_to_be_asked_about_is_told(opened):
    steps = [
        step("aws iam delete-login-profile"),
        step("aws iam disable-it", "aws iam enable-it", ask_first=True),
    ]
    steps.append(step("aws iam put-role-policy --role-name x", "aws iam delete-role-policy --role-name x"))
    run = opened(document(finding("alice", "password", steps=steps)))
    run("document.querySelector('#findings .opens').click()")
    text = run("document.querySelector('#findings .detail').innerText")

    assert "This cannot be undone: a new password would have to be set." in text
    assert "To deny it everything (the finding stays open until it is deleted or exempt): Copy" in text
    assert "Ask the owner first, since AWS does not record its use. To disable it: Copy" in text


def test_the_filters_are_kept_in_the_pages_address(opened, browser, tmp_path):
    run = opened(document(*PEOPLE))
    run("document.getElementById('text').focus()")
    browser.press("batch 300 & more")
    address = run("location.hash")

    assert address == "#text=batch+300+%26+more"
    run("location.hash = '#text=batch&kind=role&from=100'")
    run("new Promise((done) => setTimeout(done, 50))")
    assert run(NAMES) == ["batch-9"]
    assert run("['text', 'kind', 'from', 'to'].map((id) => byId(id).value)") == ["batch", "role", "100", ""]
    run("location.hash = '#new=yes'; new Promise((done) => setTimeout(done, 50))")
    assert run(NAMES) == ["bob"]
    run("document.querySelector('#contents a[href=\"#judged\"]').click()")
    run("new Promise((done) => setTimeout(done, 50))")
    assert run("location.hash") == "#new=yes", "who goes to a section keeps the filters"
    run("byId('clear').click()")
    assert run("location.hash") == ""
    run("document.querySelector('#contents a[href=\"#judged\"]').click()")
    run("new Promise((done) => setTimeout(done, 50))")
    assert run("location.hash") == "#judged", "without filters, the section is what can be linked to"


REPORT = review_of(
    alice(Password(used=100), Key(used=100)), deploy(used=200), User('=cmd,"x"', "AIDACMD", 500, ())
)


def test_what_is_shown_can_be_downloaded_as_report_csv_has_it(opened, browser, tmp_path):
    run = opened(document_of(REPORT))
    browser.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    run("byId('download').click()")
    until = perf_counter() + 10
    while not (files := list(tmp_path.glob("*.csv"))) and perf_counter() < until:
        sleep(0.05)

    (path,) = files
    assert path.name == f"iam-findings-{ACCOUNT}-2026-11-20.csv"
    assert path.read_bytes().decode() == rows(REPORT)


def test_the_trend_of_the_last_reports_is_drawn(opened):
    points = [
        {"at": f"2026-11-{day}T12:00:00Z", "new": 1, "open": each, "resolved": 0, "gaps": 0}
        for day, each in (("06", 9), ("13", 8), ("20", 6))
    ]
    run = opened(document(*PEOPLE, trend=points))

    assert run("byId('span').textContent") == "10 findings on 2026-11-06, 7 on 2026-11-20"
    assert run("document.querySelectorAll('#bars rect').length") == 6
    assert (
        run("document.querySelectorAll('#bars title')[1].textContent")
        == "2026-11-13: 1 new, 8 open, 0 resolved"
    )
    assert run("document.querySelector('#bars .open').getBBox().height") == pytest.approx(43.2)
    assert not opened(document(*PEOPLE, trend=points[:1]))("byId('trend').checkVisibility()")


def test_axe_finds_nothing_to_object_to(opened, objections):
    seldom = {"days": ["2026-10-01", "2026-11-01"], "days_in_words": "active on 2 days since 1 October"}
    people = (*PEOPLE, finding("nobody", "password", risk="administrator", **seldom))
    run = opened(document(*people, heard_days=["2026-10-01", "2026-11-01"], **LISTS))
    run("for (const each of document.querySelectorAll('#findings .opens')) each.click()")
    run("for (const each of document.querySelectorAll('details')) each.open = true")

    assert [*objections()] == []


def test_on_a_narrow_screen_every_section_is_cards_that_fit(opened, browser):
    browser.ask("Emulation.setDeviceMetricsOverride", width=400, height=900, deviceScaleFactor=1, mobile=True)
    points = [{"at": f"2026-09-{day}", "new": 1, "open": 2, "resolved": 0, "gaps": 0} for day in range(10, 70)]
    run = opened(document(*PEOPLE, **LISTS, trend=points))

    assert run("document.documentElement.scrollWidth") == 400
    heads = "[...document.querySelectorAll('.sorts thead button')].map((each) => each.getBoundingClientRect())"
    assert run(f"{heads}.length") > 0
    assert run(f"{heads}.filter(({{ right, height }}) => right > 400 || height < 24).length") == 0
    wide = "[...document.querySelectorAll('tbody td')].filter((each) => each.getBoundingClientRect().right > 400).length"
    assert run(wide) == 0
    sections = run("[...document.querySelectorAll('main > section')].map((each) => each.id)")
    # The notes and the root user's line are no sections.
    assert {"findings", "judged", *(name for name in LISTS if name != "notes")} == set(sections)
    for section in sections:
        shown = run(f"getComputedStyle(document.querySelector('#{section} tbody tr')).display")
        assert shown == ("flex" if section == "judged" else "block")
        title = (
            f"getComputedStyle(document.querySelector('#{section} tbody td:nth-child(2)'), '::before').content"
        )
        assert run(title) not in ("none", '""')
    assert not run("byId('filters').open"), "the findings come before the filters"
    assert not run("byId('broken').checkVisibility()")


def test_a_hostile_name_is_shown_as_text_and_nothing_is_loaded_or_refused(opened, browser):
    hostile = finding(HOSTILE, evidence={"user_agent": HOSTILE}, steps=[step(HOSTILE)], reason=HOSTILE)
    lists = {
        "warnings": [HOSTILE],
        "gaps": [{"what": HOSTILE, "reason": HOSTILE}],
        "disabled_keys": [{"name": HOSTILE, "access_key_id": HOSTILE}],
    }
    run = opened(document(hostile, alias=HOSTILE, **lists))
    run("document.querySelector('#findings .opens').click()")

    assert run(NAMES) == [SHOWN]
    assert run("document.querySelector('#findings pre').textContent") == SHOWN
    assert run("document.querySelector('#alerts li').textContent") == SHOWN
    assert run("document.title").startswith("IAM last activity: </script>")
    assert run("[document.scripts.length, document.images.length]") == [2, 0]
    told = {"Log.entryAdded", "Runtime.exceptionThrown", "Runtime.consoleAPICalled"}
    assert not [event for event in browser.events if event["method"] in told]
    asked = [each["params"] for each in browser.events if each["method"] == "Network.requestWillBeSent"]
    assert [each["request"]["url"].partition(":")[0] for each in asked] == ["file"]


@pytest.mark.parametrize(("address", "links"), [("https://console.aws.amazon.com/iam/home#/x", 1), ("", 0)])
def test_where_the_consoles_address_is_not_known_there_is_no_link(opened, address, links):
    run = opened(document(finding("alice", "user", 400, console=address)))

    assert run("document.querySelectorAll('#findings tbody a').length") == links


def test_every_list_that_is_not_empty_has_its_section(opened):
    run = opened(document(root={"last_used": None, "access_keys": 1, "is_known": True}, **LISTS))
    run("for (const each of document.querySelectorAll('details')) each.open = true")
    titles = "[...document.querySelectorAll('section:not([hidden]) h2')].map((each) => each.textContent)"

    assert run(titles) == [
        "What to do",
        "Resolved since the last report",
        "Missed events",
        "Dormant, not flagged",
        "Quarantine",
        "Exempt by tag",
        "Exemptions to look at",
        "Not checked",
        "Disabled access keys",
        "Last use not recorded",
        "Regions",
        "What was judged",
    ]
    text = run("document.body.innerText")
    assert "Nothing is stale among what was checked." in text
    assert "No events come from eu-west-3." in text
    assert "not connected" in text
    assert "Root user: no use on record, 1 active access key: delete it." in text
    assert "key 9: AccessDenied; fix: make verify\nmore not checked: 2" in text
    for shown in (
        "AKIAEXAMPLEBOB",
        "AKIAEXAMPLEOLD",
        "ACCAEXAMPLE",
        "Service-specific credential",
        "Signing certificate",
        "IAM made no new credential report.",
        "CISO",
        "never used",
        "used again on 2026-11-01, and disabled since",
        "s3",
        "Left out: 3 service-linked roles.",
        f"lastseen restore {ACCOUNT}:role:AROAOLD",
    ):
        assert shown in text


TIMES = [(NOON, None), (None, NOON), (NOON, NOON)]
AGAIN = [(How.USED, *times, then) for times in TIMES for then in (None, How.DISABLED)]
OUTCOMES = [*((how, None, None, None) for how in How), *AGAIN]


def test_the_page_and_the_mail_say_the_same_of_what_was_resolved(opened):
    key = f"arn:aws:iam::{ACCOUNT}:user/alice", "KEY#AKIAEXAMPLEALICE"
    all_of_it = [Resolved(key, Kind.ACCESS_KEY, how, Flag(NOON), *rest) for how, *rest in OUTCOMES]
    run = opened(document(resolved=[resolved_as_dict(each) for each in all_of_it]))
    shown = run("[...document.querySelectorAll('#resolved tbody tr')].map((each) => each.cells[2].textContent)")

    assert shown == [outcome(each) for each in all_of_it]


def test_the_page_has_the_mails_words_for_all_that_may_become_of_a_finding():
    (words,) = re.findall(r"const OUTCOMES = .*?\{(.*?)\}", TEMPLATE, re.DOTALL)
    page_has = dict(re.findall(r'(\w+): "([^"]*)"', words))
    flagged = f"arn:aws:iam::{ACCOUNT}:role/batch", "ID#AROABATCH"
    used, refused = (outcome(Resolved(flagged, Kind.ROLE, How.USED, Flag(NOON), *times)) for times in TIMES[:2])

    assert page_has.keys() - {"refused"} == set(How)
    assert (f"{page_has['used']} on 2026-11-20", f"{page_has['refused']} on 2026-11-20") == (used, refused)
    for how in How:
        assert outcome(Resolved(flagged, Kind.ROLE, how, Flag(NOON))) == page_has[how]
    assert "{ how, used, refused, then }" in TEMPLATE


def test_a_page_that_cannot_be_drawn_does_not_look_clean(opened):
    note = "document.getElementById('broken').checkVisibility()"

    assert not opened(document())(note)
    assert opened(document(missed=None))(note)


def seconds_worked(browser):
    metrics = {each["name"]: each["value"] for each in browser.ask("Performance.getMetrics")["metrics"]}
    return metrics["TaskDuration"]


def test_ten_thousand_findings_are_filtered_while_somebody_types(opened, browser):
    run = opened(crowd())
    shown = f"{NAMES}.length"

    assert run(shown) == 50
    run("document.querySelector('#findings .more').click()")
    assert run(shown) == 550
    run("document.getElementById('text').focus()")
    browser.ask("Performance.enable", timeDomain="threadTicks")  # of the processor, however busy the machine is
    before = seconds_worked(browser)
    browser.press("person-999")
    assert run("document.getElementById('found').textContent") == "11 of 10,000 findings"
    assert seconds_worked(browser) - before < 0.5, "about 0.05"
    run("window.dispatchEvent(new Event('beforeprint'))")
    assert run(shown) == 11
