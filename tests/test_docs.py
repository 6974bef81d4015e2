"""The documents: every command is run by a test or marked, every link leads somewhere, and so with alarms and arrows."""

import re
from itertools import pairwise

import pytest
from builders import ROOT
from samtranslator.yaml_helper import yaml_parse

from reporter.judgement.resolution import How
from reporter.publishing.todo import WHY

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
MARK = "<!-- needs an account -->\n"
BLOCK = re.compile(rf"(?m)^({re.escape(MARK)})?```sh\n(.*?)^```", re.DOTALL)
# Pages of which a test runs every block that is not marked.
RUN_WHOLE = {
    "investigate.md": "tests/test_recipes.py",
    "personal-data.md": "tests/test_personal_data.py",
    "runbook.md": "tests/e2e/test_runbook.py",
}
# The command, where it is run, and the words there that do so.
RUN = {
    "make demo": ("tests/lastseen/demo/test_demo.py", "demo"),
    "make test": (".ci/run", "make test"),
    "make deploy": ("tests/e2e/test_deploying.py", 'run("deploy"'),
    ".venv/bin/lastseen replay s3://BUCKET/ --stack last-activity --since 90d": (
        "tests/e2e/test_replay.py",
        '"replay", "s3://',
    ),
    ".venv/bin/lastseen replay logs/ more/file.json.gz --table TABLE": (
        "tests/lastseen/test_cli.py",
        '"--table", "activity"',
    ),
    ".venv/bin/lastseen report --stack last-activity": (
        "tests/lastseen/commands/test_report.py",
        'ask("report"',
    ),
    ".venv/bin/lastseen report --stack last-activity --html report.html": (
        "tests/lastseen/commands/test_report.py",
        '"--html"',
    ),
    ".venv/bin/lastseen report": (
        "tests/lastseen/commands/test_case_file.py",
        'ask("report", ACTIVITY_TABLE=""',
    ),
    ".venv/bin/lastseen report --db case.sqlite": (
        "tests/lastseen/commands/test_case_file.py",
        'ask("report", "--db"',
    ),
    ".venv/bin/lastseen replay logs/ --db case.sqlite": (
        "tests/lastseen/commands/test_case_file.py",
        '["replay", "logs/", "--db", "case.sqlite"]',
    ),
    ".venv/bin/lastseen who AKIAEXAMPLEALICE0001 --db case.sqlite": (
        "tests/lastseen/commands/test_case_file.py",
        '["who", "AKIAEXAMPLEALICE0001", "--db", "case.sqlite"]',
    ),
    ".venv/bin/lastseen list --type user --db case.sqlite": (
        "tests/lastseen/commands/test_case_file.py",
        '"list --type user',
    ),
    ".venv/bin/lastseen coverage --db case.sqlite": (
        "tests/lastseen/commands/test_case_file.py",
        '("coverage"',
    ),
    ".venv/bin/lastseen replay s3://BUCKET/ --db case.sqlite --region us-east-1": (
        "tests/lastseen/commands/test_case_file.py",
        '"s3://trail/",',
    ),
    ".venv/bin/lastseen replay --event-history --db case.sqlite --event-region us-east-1": (
        "tests/lastseen/past/test_history.py",
        '"replay", "--event-history", "--db"',
    ),
    ".venv/bin/lastseen replay logs/ --local": ("tests/lastseen/test_cli.py", '"--local"'),
}
TEMPLATE = yaml_parse((ROOT / "template.yaml").read_text())["Resources"]
FORWARDER = yaml_parse((ROOT / "ingest" / "forwarder.yaml").read_text())["Resources"]
QUARANTINE = yaml_parse((ROOT / "quarantine" / "template.yaml").read_text())["Resources"]
DRAWN = {
    "AWS::Events::EventBus",
    "AWS::Events::Rule",
    "AWS::SQS::Queue",
    "AWS::Serverless::Function",
    "AWS::DynamoDB::Table",
    "AWS::SNS::Topic",
    "AWS::SNS::Subscription",
    "AWS::S3::Bucket",
    "AWS::StepFunctions::StateMachine",
}


def commands():
    """(page, command) of all blocks that are not marked, one for each line and its continuations."""
    for page in PAGES:
        for mark, block in BLOCK.findall(page.read_text()):
            if not mark and page.name not in RUN_WHOLE:
                joined = block.replace("\\\n", " ")
                yield from ((page.name, line.split("  #")[0].strip()) for line in joined.splitlines() if line)


@pytest.mark.parametrize(("page", "command"), list(commands()))
def test_a_command_is_run_by_a_test_or_marked(page, command):
    assert command in RUN, f"{page}: run it in a test, and tell here, or write {MARK.strip()} above its block"
    path, words = RUN[command]
    assert words in (ROOT / path).read_text()


def test_nothing_is_told_to_be_run_that_no_page_has():
    assert {command for _, command in commands()} == RUN.keys()
    for page, path in RUN_WHOLE.items():
        assert f'"{page}"' in (ROOT / path).read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page):
    text = re.sub(r"(?ms)^```.*?^```", "", page.read_text())
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            assert re.fullmatch(r"https://[\w.-]+\.[a-z]+(/[\w./#?=&%~-]*)?", target), target
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), target
        assert not anchor or anchor in anchors(there), target


def anchors(page):
    """As GitHub makes them of headings."""
    text = re.sub(r"(?ms)^```.*?^```", "", page.read_text())
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"(?m)^#+ (.+)$", text)
    }


def test_the_runbook_has_an_entry_for_each_alarm_which_says_when_to_ignore_it():
    text = (ROOT / "docs" / "runbook.md").read_text()
    entries = dict(re.findall(r"(?ms)^## (.+?)\n(.*?)(?=^## |\Z)", text))
    resources = TEMPLATE | FORWARDER | QUARANTINE
    alarms = {name for name, each in resources.items() if each["Type"] == "AWS::CloudWatch::Alarm"}

    assert {name for name in entries if name.endswith("Alarm")} == alarms
    assert all(re.search(r"\n(You can ignore it |Don't ignore this alarm)", entries[name]) for name in alarms)


def test_the_page_on_reports_tells_all_that_may_become_of_a_finding():
    (table,) = re.findall(r"\| `how` \|.*?\n\n", (ROOT / "docs" / "report.md").read_text(), re.DOTALL)

    assert re.findall(r"(?m)^\| `(\w+)` \|", table)[1:] == list(How)


def arrows():
    (drawing,) = re.findall(r"```mermaid\n(.*?)```", (ROOT / "docs" / "architecture.md").read_text(), re.DOTALL)
    for line in drawing.splitlines():
        boxes = [each.strip().partition("[")[0] for each in line.split("-->")]
        yield from pairwise(boxes)


def names_in(value):
    """The resources that a part of the template refers to."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name == "Ref":
                yield each
            elif name == "Fn::GetAtt":
                yield each[0] if isinstance(each, list) else each.split(".")[0]
            elif name == "Fn::Sub" and isinstance(each, str):
                yield from re.findall(r"\$\{(\w+)", each)
            else:
                yield from names_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from names_in(each)


def test_all_that_moves_is_drawn_and_nothing_else():
    drawn = {box for arrow in arrows() for box in arrow}

    assert drawn - {"Rule", "AlarmRule", "Alarms"} == {
        name for name, each in TEMPLATE.items() if each["Type"] in DRAWN
    }


@pytest.mark.parametrize(("source", "target"), list(arrows()))
def test_an_arrow_is_a_reference_in_the_template(source, target):
    if source in ("Rule", "AlarmRule"):
        assert FORWARDER[source]["Properties"]["Targets"][0]["Arn"] == {"Ref": f"{target}Arn"}
    elif source == "Alarms":
        alarms = [each for each in TEMPLATE.values() if each["Type"] == "AWS::CloudWatch::Alarm"]
        assert all(each["Properties"]["AlarmActions"] == [{"Ref": target}] for each in alarms)
    else:
        assert target in names_in(TEMPLATE[source]) or source in names_in(TEMPLATE[target])


def test_each_note_of_the_mails_table_is_explained():
    page = (ROOT / "docs" / "report.md").read_text()
    (rows,) = re.findall(r"(?ms)^\| note \| means \|\n(.*?)\n\n", page)
    notes = set(re.findall(r"(?m)^\| `(.*?)` \|", rows))
    code = (ROOT / "reporter" / "publishing" / "todo.py").read_text()

    assert {why for why in WHY.values() if why} <= notes
    assert [each for each in notes if f'"{each}"' not in code] == []
    assert set(re.findall(r'"((?:never|no|last|cannot|has) [a-zA-Z ]+)" (?:if|$)', code)) <= notes
