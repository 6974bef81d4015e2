"""A report's files in S3 and its mail through SNS, on moto."""

import json
from urllib.parse import quote

import pytest
from accounts import Key, Password, alice, deploy, review_of
from builders import ACCOUNT
from moto.sns.models import sns_backends

from reporter.publishing.document import answer, document
from reporter.publishing.message import message
from reporter.publishing.publisher import Publisher
from reporter.publishing.spreadsheet import rows

REPORT = review_of(alice(Password(used=100), Key(used=100)), deploy())
FOLDER = f"{ACCOUNT}/2026-11-20T120000Z/"
TREND = f"{ACCOUNT}/trend.json"


@pytest.fixture
def publisher(aws):
    aws("s3").create_bucket(Bucket="reports")
    topic = aws("sns").create_topic(Name="reports")["TopicArn"]
    return lambda bucket: Publisher(aws("sns"), topic, aws("s3"), bucket)


@pytest.fixture
def notification():
    """Answers the one that was sent: its text for people, that for machines, and its attributes."""

    def read():
        (topic,) = sns_backends[ACCOUNT]["us-east-1"].topics.values()
        ((_, text, _, attributes, _),) = topic.sent_notifications
        forms = json.loads(text)
        return forms["email"], json.loads(forms["default"]), attributes

    return read


def test_the_whole_report_is_kept_by_account_and_time(publisher, notification, aws):
    report, files = publisher("reports").publish(REPORT)

    objects = {
        each["Key"]: aws("s3").get_object(Bucket="reports", Key=each["Key"])
        for each in aws("s3").list_objects_v2(Bucket="reports")["Contents"]
    }
    text = {name: each["Body"].read().decode() for name, each in objects.items()}
    assert (report, files) == (REPORT, f"s3://reports/{FOLDER}")
    assert {name: each["ContentType"] for name, each in objects.items()} == {
        f"{FOLDER}report.csv": "text/csv; charset=utf-8",
        f"{FOLDER}report.html": "text/html; charset=utf-8",
        f"{FOLDER}report.json": "application/json; charset=utf-8",
        TREND: "application/json; charset=utf-8",
    }
    assert json.loads(text[TREND]) == document(REPORT)["trend"]
    kept = json.loads(text[f"{FOLDER}report.json"])
    assert kept == json.loads(json.dumps(document(REPORT)))
    assert {name: kept[name] for name in ("gaps", "exempt", "counts")} == {
        name: answer(REPORT)[name] for name in ("gaps", "exempt", "counts")
    }
    assert text[f"{FOLDER}report.csv"] == rows(REPORT)
    assert "AKIA1" in text[f"{FOLDER}report.html"]


def test_mail_and_machines_are_told_where_it_is_kept(publisher, notification, aws):
    made = publisher("reports")
    aws("s3").put_object(Bucket="reports", Key="of another account", Body=b"")
    report, _ = made.publish(REPORT)

    mail, plain, attributes = notification()
    assert report.gaps == ()
    assert f"Files: s3://reports/{FOLDER}\n" in mail
    page = quote(f"{FOLDER}report.html", safe="")
    assert (
        f"https://us-east-1.console.aws.amazon.com/s3/object/reports?region=us-east-1&prefix={page}\n" in mail
    )
    assert plain["report"] == f"s3://reports/{FOLDER}report.json"
    assert attributes["stale_access_key"] == {"Type": "Number", "Value": "1"}


def test_the_mail_is_of_several_forms_and_has_the_reports_subject(publisher, aws):
    asked = []
    made = publisher("reports")
    made.sns.meta.events.register("provide-client-params.sns.Publish", lambda params, **_: asked.append(params))
    made.publish(REPORT)

    mail = message(REPORT, f"s3://reports/{FOLDER}", made._link(f"s3://reports/{FOLDER}"))
    assert asked == [
        {
            "TopicArn": made.topic,
            "Subject": mail.subject,
            "Message": mail.text,
            "MessageStructure": "json",
            "MessageAttributes": mail.attributes,
        }
    ]


def test_if_s3_refuses_the_mail_goes_out_with_a_gap(publisher, notification):
    report, files = publisher("no-such-bucket").publish(REPORT)

    mail, plain, _ = notification()
    assert files == ""
    assert [gap.what for gap in report.gaps] == ["the report's files in the bucket no-such-bucket"]
    assert (
        "- Not checked: the report's files in the bucket no-such-bucket: NoSuchBucket (PutObject): "
    ) in mail
    assert "Files: " not in mail
    assert (plain["report"], plain["gaps_total"]) == (None, 1)


def test_without_a_bucket_there_are_no_files_and_no_word_of_them(publisher, notification, aws):
    report, files = publisher("").publish(REPORT)

    mail, plain, _ = notification()
    assert (report.gaps, files, plain["report"]) == ((), "", None)
    assert "Files: " not in mail
    assert aws("s3").list_objects_v2(Bucket="reports")["KeyCount"] == 0


def test_a_report_continues_the_trend_of_those_before(publisher, aws):
    earlier = document(REPORT)["trend"][0] | {"at": "2026-11-13T12:00:00Z"}
    aws("s3").create_bucket(Bucket="reports-before")
    aws("s3").put_object(Bucket="reports-before", Key=TREND, Body=json.dumps([earlier]).encode())
    publisher("reports-before").publish(REPORT)

    kept = json.loads(aws("s3").get_object(Bucket="reports-before", Key=TREND)["Body"].read())
    page = aws("s3").get_object(Bucket="reports-before", Key=f"{FOLDER}report.html")["Body"].read().decode()
    assert [each["at"] for each in kept] == ["2026-11-13T12:00:00Z", "2026-11-20T12:00:00Z"]
    assert json.dumps(kept, separators=(",", ":")) in page


def test_a_trend_that_cannot_be_read_is_a_gap_and_is_not_overwritten(publisher, notification, aws):
    aws("s3").create_bucket(Bucket="reports-torn")
    aws("s3").put_object(Bucket="reports-torn", Key=TREND, Body=b"[{")
    report, files = publisher("reports-torn").publish(REPORT)

    mail, _, _ = notification()
    assert files == f"s3://reports-torn/{FOLDER}"
    assert [gap.what for gap in report.gaps] == [
        f"the trend of earlier reports (s3://reports-torn/{TREND}; delete it to start again)"
    ]
    assert "the trend of earlier reports" in mail
    assert aws("s3").get_object(Bucket="reports-torn", Key=TREND)["Body"].read() == b"[{"


def test_the_mail_leads_to_the_page_in_the_console_if_there_is_one(aws):
    made = Publisher(aws("sns"), f"arn:aws-cn:sns:us-east-1:{ACCOUNT}:reports", aws("s3"), "reports")

    assert made._link("s3://reports/1/") == (
        "https://console.amazonaws.cn/s3/object/reports?region=us-east-1&prefix=1%2Freport.html"
    )
    assert made._link("") == ""
