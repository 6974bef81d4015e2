"""The organization's page: what stands in the file, and what a browser makes of it."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from organizations import account, large, left_by, organization, small
from pages import HOSTILE, SHOWN, Parsed, hashed

from activity.accounts import Account
from reporter.organization import index
from reporter.organization.digest import Before
from reporter.organization.summary import not_read
from reporter.publishing.page import page, template

TEMPLATE = template("organization")
WHERE = {"bucket": "reports", "region": "eu-west-1", "partition": "aws"}
TREND = [
    {"at": f"2026-11-{day}T12:00:00Z", "new": 1, "open": open_, "resolved": 0, "gaps": 0}
    for day, open_ in (("06", 9), ("13", 8), ("20", 6))
]
STORED = "https://eu-west-1.console.aws.amazon.com/s3/object/reports?region=eu-west-1&prefix="
NAMES = "[...document.querySelectorAll('#accounts tbody .whose')].map((each) => each.textContent)"
TITLES = "[...document.querySelectorAll('#alerts summary')].map((each) => each.textContent)"


def document(told, **more):
    return index.document(told, TREND, files="s3://reports/organization/2026-11-20T120000Z/", **WHERE) | more


@pytest.fixture
def organization_opened(opened):
    return lambda told, **more: opened(document(told, **more), "organization")


def named(*names):
    """An organization of accounts with these names, each with findings."""
    of = [account(number, name) for number, name in enumerate(names)]
    return organization(of, [left_by(each) for each in of])


def test_the_page_holds_the_document_as_it_is_and_its_policy_allows_its_own_script_alone():
    told = document(named(HOSTILE))
    parsed = Parsed(page(told, "organization"))
    (data, script), (style,) = parsed.texts["script"], parsed.texts["style"]
    (policy,) = [each["content"] for _, each in parsed.elements if "http-equiv" in each]

    assert json.loads(data) == told
    assert policy == (
        f"default-src 'none'; style-src '{hashed(style)}'; script-src '{hashed(script)}';"
        " base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )


@settings(max_examples=40)
@given(st.text() | st.text("<>!-/scriptSCRIPT&;\\u{}\"'\u2028\ud800"))
def test_no_name_of_an_account_adds_an_element(name):
    told = document(small(), unread=[Account("200000000009", name).plain() | {"reason": name}])

    assert Parsed(page(told, "organization")).elements == Parsed(TEMPLATE).elements


def test_the_page_names_no_other_place_and_makes_no_markup_out_of_text():
    loading = {"src", "href", "srcset", "action", "data", "poster", "style"}

    assert not [each for _, each in Parsed(TEMPLATE).elements if loading & each.keys()]
    assert not re.search(r"https?:|//[a-z]|@import|url\(|fetch\(|XMLHttp|WebSocket|sendBeacon", TEMPLATE)
    assert not re.search(r"(inner|outer)HTML|insertAdjacent|document\.write|\beval\b|Function\(", TEMPLATE)


@pytest.fixture(scope="module")
def thousand():
    """1,000 accounts of 500 findings, and 20 of them not read."""
    return large(1000, 500, unread=20)


def test_the_index_of_a_thousand_accounts_with_500_findings_each_stays_a_small_file(thousand):
    assert len(page(document(thousand), "organization").encode()) < 3_000_000


def test_a_browser_opens_the_index_of_a_thousand_accounts(organization_opened, browser, thousand):
    run = organization_opened(thousand)

    assert not [
        each for each in browser.events if each["method"] in ("Runtime.exceptionThrown", "Log.entryAdded")
    ]
    assert run("byId('found').textContent") == "980 of 980 accounts"
    assert run("byId('scope').textContent").startswith(
        "The 100 most dangerous of 490,000 findings in all accounts."
    )
    assert run("document.querySelectorAll('#todo tbody tr').length") == 10
    assert run("document.querySelectorAll('#accounts tbody tr').length") == 50
    assert not run("byId('broken').checkVisibility()")


def test_it_begins_with_what_to_do_then_what_was_not_read_then_the_accounts(organization_opened):
    run = organization_opened(small())

    assert run("[...document.querySelectorAll('main > *')].map((each) => each.id)") == [
        "first", "todo", "alerts", "accounts", "unread", "joined", "left_out",
    ]  # fmt: skip
    rows = run("[...document.querySelectorAll('#todo tbody tr')].map((each) => each.innerText)")
    assert "administrator" in rows[0]
    assert run(TITLES) == [
        "Not read, but read last time: 1 account",
        "Events are not arriving as they should: 1 account",
        "Not all was checked: 1 account",
    ]
    assert run("[...document.querySelectorAll('#alerts details')].map((each) => each.open)") == [
        True,
        True,
        False,
    ]
    assert "security-3 (200000000003)" in run("document.querySelector('#alerts li').textContent")


def test_the_dormant_of_all_accounts_are_counted(organization_opened):
    about = "document.getElementById('about').textContent"
    told = organization([account(0)], [left_by(account(0), 0) | {"dormant": 3}])

    assert organization_opened(told)(about).endswith(" 3 dormant, not flagged.")
    assert "dormant" not in organization_opened(organization([account(0)], [left_by(account(0), 0)]))(about)


def test_each_account_has_its_name_id_and_units_and_leads_to_its_own_page(organization_opened):
    run = organization_opened(small())
    row = run("document.querySelector('#accounts tbody tr').innerText")
    links = run("[...document.querySelectorAll('#accounts tbody a')].map((each) => each.href)")

    assert row.split("\t")[:3] == ["prod-0 200000000000report", "Workloads/Prod", "10 access keys"]
    assert links[0] == f"{STORED}200000000000%2F2026-11-20T120000Z%2Freport.html"
    assert run("document.querySelector('#scope a').href") == (
        f"{STORED}organization%2F2026-11-20T120000Z%2Ffindings.csv"
    )
    assert run("document.querySelector('#todo tbody a').href") == links[0]


def test_accounts_are_sorted_by_what_is_most_dangerous_and_by_each_heading_both_ways(organization_opened):
    run = organization_opened(small())
    heading = "document.querySelectorAll('#accounts th button')[{}].click()"

    assert run(NAMES) == ["prod-0", "test-1", "root-4", "sandbox-2"]
    run(heading.format(0))
    assert run(NAMES) == ["prod-0", "root-4", "sandbox-2", "test-1"]
    run(heading.format(0))
    assert run(NAMES) == ["test-1", "sandbox-2", "root-4", "prod-0"]
    run(heading.format(6))
    assert run(NAMES)[0] == "root-4", "the most not checked first"


def test_the_filter_is_kept_in_the_pages_address(organization_opened, browser):
    run = organization_opened(small())
    run("byId('text').focus()")
    browser.press("workloads test")

    assert run(NAMES) == ["test-1"]
    assert run("byId('found').textContent") == "1 of 4 accounts"
    assert run("location.hash") == "#text=workloads+test"
    run("location.hash = '#text=200000000004'; new Promise((done) => setTimeout(done, 50))")
    assert run(NAMES) == ["root-4"]
    run(
        "document.querySelector('#contents a[href=\"#unread\"]').click(); new Promise((done) => setTimeout(done, 50))"
    )
    assert run("location.hash") == "#text=200000000004", "who goes to a section keeps the filter"
    run("byId('clear').click()")
    assert (run("location.hash"), len(run(NAMES))) == ("", 4)


def test_a_reason_that_kept_many_accounts_from_being_read_is_told_once(organization_opened):
    of = [account(each) for each in range(30)]
    told = organization(of, [not_read(each, "no role" if each.id[-1] != "7" else "denied") for each in of])
    run = organization_opened(told)
    lines = run("[...document.querySelectorAll('#alerts li')].map((each) => each.textContent)")

    assert run(TITLES) == ["Not read: 30 accounts"]
    assert [line.split("prod", 1)[0].split("sandbox", 1)[0] for line in lines] == ["no role", "denied"]
    assert lines[0].endswith(" and 7 more")
    assert run("document.querySelectorAll('#unread tbody tr').length") == 30


def test_an_organization_without_findings_is_said_to_have_nothing_stale(organization_opened):
    of = [account(1), account(2)]
    clean = organization(of, [left_by(each, 0) for each in of])
    partly = organization(of, [left_by(of[0], 0), not_read(of[1], "denied")])

    assert organization_opened(clean)("byId('scope').innerText").startswith("Nothing is stale.")
    assert organization_opened(partly)("byId('scope').innerText").startswith(
        "Nothing is stale among what was read."
    )


def test_hostile_names_are_shown_as_they_are_and_run_nothing(organization_opened):
    of = [account(1, HOSTILE, path=HOSTILE), account(2, HOSTILE)]
    told = organization(of, [left_by(of[0]), not_read(of[1], HOSTILE)], Before(), HOSTILE, notes=[HOSTILE])
    run = organization_opened(replace(told, left=(HOSTILE,)))

    assert run("document.title") == f"IAM last activity: {SHOWN}, 2026-11-20"
    assert run(NAMES) == [SHOWN]
    assert run("byId('account').textContent") == SHOWN
    assert run("document.querySelector('#accounts tbody td:nth-child(2)').textContent") == SHOWN
    assert run("document.querySelector('#left tbody td').textContent") == SHOWN
    assert run("document.querySelectorAll('img').length") == 0


def test_axe_finds_nothing_to_object_to(organization_opened, objections):
    run = organization_opened(
        small(), left=["gone (200000000099)"], notes=["Not checked: the units of accounts."]
    )
    run("for (const each of document.querySelectorAll('details')) each.open = true")

    assert [*objections()] == []
    assert run("document.documentElement.scrollWidth <= innerWidth")
