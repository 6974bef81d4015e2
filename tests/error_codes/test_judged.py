"""Errors of AWS's services as botocore has them, against what was judged of each."""

from collections import Counter

import pytest
from builders import ROOT

from error_codes.judged import (
    JUDGED,
    Group,
    JudgedTwice,
    Kind,
    as_elsewhere,
    groups,
    kinds,
    module,
    unjudged,
    unread,
)
from error_codes.models import Error, errors

GROUPS = groups(JUDGED.read_text())
AS_ELSEWHERE = as_elsewhere(JUDGED.read_text())


@pytest.fixture(scope="module")
def every():
    return list(errors())


def error(code, status=None, shape=None, service="sns"):
    return Error(code, shape or code, service, status, "It says so.")


def test_every_error_that_may_refuse_a_caller_is_judged(every):
    """If this fails, botocore is newer: `make refusals` shows what its models say of these."""
    missing = {f"{each.code} of {each.service}" for each in unjudged(kinds(GROUPS), every)}

    assert missing == set()


def test_what_a_model_means_by_a_credentials_code_was_read(every):
    """If this fails, a caller may be dropped for what was not wrong with its credential: see `make refusals`."""
    missing = {f"{each.code} of {each.service}" for each in unread(GROUPS, AS_ELSEWHERE, every)}

    assert missing == set()


def test_what_was_read_in_a_model_is_there(every):
    there = {f"{each.service}/{each.code}" for each in every}
    of_one_service = {f"{group.model}/{code}" for group in GROUPS if group.model for code in group.codes}

    assert there >= AS_ELSEWHERE | of_one_service
    assert not AS_ELSEWHERE & of_one_service
    assert all(bool(group.model) is bool(group.event_source) for group in GROUPS)


def test_what_is_judged_is_what_ingest_goes_by(every):
    assert (ROOT / "ingest" / "error_codes.py").read_text() == module(kinds(GROUPS), every)


def test_what_no_model_has_says_where_it_is_from(every):
    codes = {each.code for each in every}

    assert {code for group in GROUPS if not group.source for code in group.codes} <= codes
    assert all(group.source.startswith("https://") for group in GROUPS if group.source)


def test_nothing_is_judged_more_than_once_by_the_models():
    counts = Counter((group.model, code) for group in GROUPS if not group.source for code in group.codes)

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


BAD = Group(Kind.CREDENTIAL, "", ("BadToken",), source="https://")
OF_STATES = Group(Kind.OTHER, "", ("BadToken",), model="states", event_source="states.amazonaws.com")


@pytest.mark.parametrize(
    ("every", "elsewhere", "found", "is_named"),
    [
        pytest.param([BAD], set(), error("BadToken"), True, id="its code, and nobody read it"),
        pytest.param([BAD], set(), error("Bad", shape="BadToken"), True, id="its name in the model"),
        pytest.param([BAD], {"sns/BadToken"}, error("BadToken"), False, id="read, and means the same"),
        pytest.param([BAD, OF_STATES], set(), error("BadToken", service="states"), False, id="judged for it"),
        pytest.param([BAD, OF_STATES], set(), error("BadToken"), True, id="judged for another"),
        pytest.param([BAD], set(), error("Full"), False, id="no code of a credential"),
    ],
)
def test_a_model_that_has_a_credentials_code_is_named_until_it_was_read(every, elsewhere, found, is_named):
    assert unread(every, elsewhere, [found]) == ([found] if is_named else [])


def test_ingest_knows_what_a_code_means_in_one_service():
    every, of_one_service = module(kinds([BAD, OF_STATES]), []).split("OF_ONE_SERVICE")

    assert "    badtoken\n" in every
    assert "states.amazonaws.com" not in every
    assert "    states.amazonaws.com/badtoken\n" in of_one_service


def test_a_code_that_is_judged_in_two_ways_is_an_error():
    with pytest.raises(JudgedTwice, match="DENIED is judged permission and other"):
        kinds([Group(Kind.PERMISSION, "", ("Denied",)), Group(Kind.OTHER, "", ("DENIED",))])
