"""By unique id and key id first, by name last."""

import pytest
from builders import ACCOUNT, activity, at

from activity.whose import Holder, id_told_by, ids_told_by, places

ARN = f"arn:aws:iam::{ACCOUNT}"
ALICE = Holder(f"{ARN}:user/alice", "AIDAALICE")
DEPLOY = Holder(f"{ARN}:role/ci/deploy", "AROADEPLOY", since=at(0), until=at(100))


def seen(name, facet, seconds=50, **evidence):
    return activity(seconds, principal=f"{ARN}:{name}", facet=facet, **{"principal_id": ""} | evidence)


@pytest.mark.parametrize(
    ("holder", "sighting", "is_its_own"),
    [
        pytest.param(ALICE, seen("user/alice", "ID#AIDAALICE"), True, id="id and name"),
        pytest.param(ALICE, seen("user/maiden", "ID#AIDAALICE"), True, id="id, under another name"),
        pytest.param(ALICE, seen("user/alice", "ID#AIDAOLD"), False, id="name, with a predecessor's id"),
        pytest.param(ALICE, seen("user/alice", "SIGNIN", principal_id="AIDAALICE"), True, id="id in the evidence"),
        pytest.param(ALICE, seen("user/alice", "SIGNIN", principal_id="AIDANEW"), False, id="another's in the evidence"),
        pytest.param(ALICE, seen("user/maiden", "SIGNIN", principal_id="AIDAALICE"), True, id="evidence, another name"),
        pytest.param(ALICE, seen("user/alice", "SIGNIN"), True, id="by name alone"),
        pytest.param(ALICE, seen("user/maiden", "SIGNIN"), False, id="by another name alone"),
        pytest.param(DEPLOY, seen("role/deploy", "ID#"), True, id="role without path and id"),
        pytest.param(DEPLOY, seen("role/deploy", "DENIED#AROADEPLOY", 500), True, id="role without path, by id, whenever"),
        pytest.param(DEPLOY, seen("role/ci/deploy", "ID#", -1), False, id="by name, before it was made"),
        pytest.param(DEPLOY, seen("role/ci/deploy", "ID#", 0), True, id="by name, when it was made"),
        pytest.param(DEPLOY, seen("role/ci/deploy", "ID#", 100), False, id="by name, once somebody else had it"),
        pytest.param(Holder(ALICE.arn), seen("user/alice", "SIGNIN", principal_id="AIDAX"), True, id="holder without an id"),
        pytest.param(Holder(ALICE.arn, "AKIA1"), seen("user/maiden", "KEY#AKIA1"), True, id="access key, whatever its user is called"),
        pytest.param(Holder(ALICE.arn, "AKIA1"), seen("user/alice", "DENIED#AKIA2"), False, id="another access key"),
    ],
)  # fmt: skip
def test_a_sighting_is_of_whom_its_ids_tell_and_by_name_of_who_had_it_then(holder, sighting, is_its_own):
    assert holder.did(sighting) is is_its_own


def test_an_id_is_told_by_the_facet_before_the_evidence():
    assert id_told_by(seen("user/alice", "KEY#AKIA1", principal_id="AIDAALICE")) == "AKIA1"
    assert id_told_by(seen("user/alice", "ID#", principal_id="AIDAALICE")) == "AIDAALICE"
    assert id_told_by(seen("user/alice", "SERVICE#s3.amazonaws.com")) == ""


def test_ids_of_a_name_are_those_of_principals_not_of_keys():
    facets = ("ID#AIDA1", "DENIED#AIDA2", "DENIED#AKIA1", "KEY#AKIA1", "ID#", "SIGNIN")

    assert ids_told_by(seen("user/alice", facet) for facet in facets) == {"AIDA1", "AIDA2"}


@pytest.mark.parametrize(
    ("name", "facet", "facets", "names"),
    [
        pytest.param("user/alice", "ID#X", ("ID#X", "DENIED#X", "ID#", "DENIED#"), ("user/alice",), id="user"),
        pytest.param("user/a/alice", "ID#X", ("ID#X", "DENIED#X", "ID#", "DENIED#"), ("user/a/alice",), id="user, path"),
        pytest.param("user/alice", "KEY#AKIA1", ("KEY#AKIA1", "DENIED#AKIA1"), ("user/alice",), id="key, refused"),
        pytest.param("user/alice", "SIGNIN", ("SIGNIN",), ("user/alice",), id="password: failed sign-ins tell nothing"),
        pytest.param("role/d", "ID#X", ("ID#X", "DENIED#X", "ID#", "DENIED#"), ("role/d",), id="role"),
        pytest.param("role/ci/d", "ID#X", ("ID#X", "DENIED#X", "ID#", "DENIED#"), ("role/ci/d", "role/d"), id="role, path"),
        pytest.param("user/x:role/a", "ID#X", ("ID#X", "DENIED#X", "ID#", "DENIED#"), ("user/x:role/a",), id="user, a path like a role"),
    ],
)  # fmt: skip
def test_a_use_may_show_in_several_places(name, facet, facets, names):
    found = places((f"{ARN}:{name}", facet))

    assert found == tuple((f"{ARN}:{each}", facet) for each in names for facet in facets)
    assert found[0] == (f"{ARN}:{name}", facet)
