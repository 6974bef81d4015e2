"""What is read of many accounts is kept no longer than it is needed."""

import tracemalloc

import pytest
from botocore.exceptions import ClientError
from organizations import account, left_by

from reporter.organization.digest import Before
from reporter.organization.store import Store
from reporter.organization.summary import MOST_TOLD, by_danger, lightened, not_read

AT = "2026-11-20T12:00:00Z"
HEAD = b"account,kind,name\r\n"


@pytest.fixture
def store(aws):
    aws("s3").create_bucket(Bucket="reports")
    return Store(aws("s3"), "reports")


def folder(number):
    return f"s3://reports/{200_000_000_000 + number}/2026-11-20T120000Z/"


def put_rows(store, number, rows):
    key = f"{folder(number).removeprefix('s3://reports/')}report.csv"
    store.s3.put_object(Bucket="reports", Key=key, Body=HEAD + rows)


def findings_csv(store):
    key = "organization/2026-11-20T120000Z/findings.csv"
    return store.s3.get_object(Bucket="reports", Key=key)["Body"].read()


def test_the_findings_of_all_accounts_stand_under_one_head_in_the_order_of_the_accounts(store):
    for number in range(40):
        put_rows(store, number, f"{number},role,batch\r\n".encode())

    assert store.put_findings(AT, [folder(number) for number in range(40)]) == []
    assert findings_csv(store) == HEAD + b"".join(f"{number},role,batch\r\n".encode() for number in range(40))


def test_an_account_without_findings_or_without_files_adds_no_row(store):
    put_rows(store, 1, b"")
    put_rows(store, 2, b"2,role,batch\r\n")

    assert store.put_findings(AT, ["", folder(1), "", folder(2)]) == []
    assert findings_csv(store) == HEAD + b"2,role,batch\r\n"


def test_an_account_whose_findings_cannot_be_read_is_named_and_the_others_are_there(store):
    put_rows(store, 2, b"2,role,batch\r\n")
    (gap,) = store.put_findings(AT, [folder(1), folder(2)])

    assert gap.what == f"{folder(1)}report.csv"
    assert gap.reason.startswith("NoSuchKey (GetObject)")
    assert findings_csv(store) == HEAD + b"2,role,batch\r\n"


def test_a_bucket_that_takes_nothing_is_an_error(aws):
    with pytest.raises(ClientError, match="NoSuchBucket"):
        Store(aws("s3"), "no-such-bucket").put_findings(AT, [])


def test_more_findings_than_fit_into_one_part_arrive_whole(store):
    rows = b"".join(b"%d,role,%s\r\n" % (number, b"x" * 90) for number in range(100_000))
    put_rows(store, 1, rows)
    put_rows(store, 2, rows)

    assert store.put_findings(AT, [folder(1), folder(2)]) == []
    assert findings_csv(store) == HEAD + rows + rows


def test_summaries_are_read_by_account_whatever_their_number(store):
    for number in range(50):
        store.put_summary("run", not_read(account(number), "denied"))

    told = store.summaries("run")
    assert list(told) == [account(number).id for number in range(50)]


def test_what_else_is_in_the_bucket_is_nothing_that_a_report_left(store):
    store.put_summary("run", not_read(account(1), "denied"))

    assert store.before() == (Before(frozenset(), None), [])


def test_what_a_report_leaves_is_there_for_the_next(store):
    trend = [{"at": AT, "new": 1}]
    first = store.before()
    store.put_before({"read": ["1"], "accounts": {"1": "prod"}, "trend": trend})

    assert first == (Before(frozenset(), None), [])
    assert store.before() == (Before(frozenset({"1"}), {"1": "prod"}), trend)


def test_of_the_findings_of_all_accounts_the_most_dangerous_are_kept_and_of_the_new_as_many():
    summaries = [left_by(account(each), 40, new=each == 7) for each in range(60)]
    every = [finding for each in summaries for finding in each["first"]]
    kept = [finding for each in lightened(summaries).values() for finding in each["first"]]
    new = [each for each in every if each["is_new"]]

    assert sorted(kept, key=by_danger)[:MOST_TOLD] == sorted(every, key=by_danger)[:MOST_TOLD]
    assert [each for each in kept if each["is_new"]] == sorted(new, key=by_danger)[:MOST_TOLD]
    assert len(kept) <= 2 * MOST_TOLD
    assert len(every) > 10 * MOST_TOLD, "more than are looked at at once"


def test_each_finding_stays_with_its_account_and_the_rest_of_a_summary_as_it_is():
    summaries = [left_by(account(1), 4), not_read(account(2), "denied"), left_by(account(3), 8)]
    told = lightened(summaries)

    assert told == {each["account"]["id"]: each for each in summaries}


def test_many_summaries_take_no_more_memory_than_some():
    def peak(count):
        tracemalloc.start()
        light = lightened(left_by(account(each), 40) for each in range(count))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert len(light) == count
        return most

    peak(1)
    # A summary is some 60 KB in memory; without its findings, 4.
    assert peak(200) - peak(50) < 150 * 15_000
