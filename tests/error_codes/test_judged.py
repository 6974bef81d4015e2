"""Errors of AWS's services as botocore has them, against what was judged of each."""

from collections import Counter

import pytest
from builders import ROOT

from error_codes.judged import JUDGED, Group, JudgedTwice, Kind, groups, kinds, module, unjudged
from error_codes.models import Error, errors

GROUPS = groups(JUDGED.read_text())


@pytest.fixture(scope="module")
def every():
    return list(errors())


def error(code, status=None, shape=None):
    return Error(code, shape or code, "sns", status, "It says so.")


def test_every_error_that_may_refuse_a_caller_is_judged(every):
    """If this fails, botocore is newer: `make refusals` shows what its models say of these."""
    missing = {f"{each.code} of {each.service}" for each in unjudged(kinds(GROUPS), every)}

    assert missing == set()


def test_what_is_judged_is_what_ingest_goes_by(every):
    assert (ROOT / "ingest" / "error_codes.py").read_text() == module(kinds(GROUPS), every)


def test_what_no_model_has_says_where_it_is_from(every):
    codes = {each.code for each in every}

    assert {code for group in GROUPS if not group.source for code in group.codes} <= codes
    assert all(group.source.startswith("https://") for group in GROUPS if group.source)


def test_nothing_is_judged_more_than_once_by_the_models():
    counts = Counter(code for group in GROUPS if not group.source for code in group.codes)

    assert {code for code, count in counts.items() if count > 1} == set()


@pytest.mark.parametrize(
    ("found", "is_missing"),
    [
        pytest.param(error("New", 403), True, id="403"),
        pytest.param(error("New", 401), True, id="401"),
        pytest.param(error("New", 404), False, id="another status"),
        pytest.param(error("New"), False, id="no status"),
        pytest.param(error("NewPermissionException"), True, id="no status, and words that may mean a refusal"),
        pytest.param(error("NewDenied", 500), True, id="another status, and such words"),
        pytest.param(error("ACCESSDENIED", 403), False, id="judged"),
    ],
)
def test_a_new_error_is_named_by_its_status_or_by_words(found, is_missing):
    assert unjudged({"accessdenied": Kind.PERMISSION}, [found]) == ([found] if is_missing else [])


def test_ingest_knows_an_error_by_its_code_and_by_its_name_in_the_model():
    text = module({"refused": Kind.PERMISSION, "full": Kind.OTHER}, [error("Refused", 403, "RefusedException")])

    assert "    refused refusedexception\n" in text
    assert "full" not in text


def test_a_code_that_is_judged_in_two_ways_is_an_error():
    with pytest.raises(JudgedTwice, match="DENIED is judged permission and other"):
        kinds([Group(Kind.PERMISSION, "", ("Denied",)), Group(Kind.OTHER, "", ("DENIED",))])
