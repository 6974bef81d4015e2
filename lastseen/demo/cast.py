"""The demo's account: who is in it."""

from datetime import timedelta

from lastseen.demo.account import Key, Person, Role

ALICE_KEY = "AKIAEXAMPLEALICE0001"
GRACE_KEY = "AKIAEXAMPLEGRACE0001"
NINA_KEY = "AKIAEXAMPLENINA00001"
OFFICE = "198.51.100.7"
DENIED = "ines"  # Of whom a service control policy lets nobody see the keys.
WEEK = timedelta(days=7)
CONNECTED = "eu-central-1", "eu-west-1", "us-east-1"
NOT_CONNECTED = "ap-northeast-1"

PEOPLE = (
    Person("alice", "AIDAEXAMPLEALICE00001", 900, None, (Key(ALICE_KEY, 320, 1),), path="/people/"),
    Person("bob", "AIDAEXAMPLEBOB0000001", 700, None, (Key("AKIAEXAMPLEBOB000001", 700, 60),)),
    Person(
        "carol",
        "AIDAEXAMPLECAROL00001",
        800,
        214,
        (Key("AKIAEXAMPLECAROL0001", 800, 214),),
        is_administrator=True,
    ),
    Person("dave", "AIDAEXAMPLEDAVE000001", 200, None, (Key("AKIAEXAMPLEDAVE00001", 200),)),
    Person("erin", "AIDAEXAMPLEERIN000001", 5, 0, (Key("AKIAEXAMPLEERIN00001", 5),)),
    Person("frank", "AIDAEXAMPLEFRANK00001", 500, exempt="break-glass CISO until=2027-12-31"),
    Person(
        "grace",
        "AIDAEXAMPLEGRACE00001",
        600,
        3,
        (Key(GRACE_KEY, 600, 134), Key("AKIAEXAMPLEGRACE0002", 400, 390, is_active=False)),
    ),
    Person(
        "ines", "AIDAEXAMPLEINES000001", 300, None, (Key("AKIAEXAMPLEINES00001", 300, 250),), path="/vault/"
    ),
    Person("nina", "AIDAEXAMPLENINA000001", 700, None, (Key(NINA_KEY, 700, 160),)),
)
REPORTER = Role("last-activity-reporter", "AROAEXAMPLEREPORTER01", 60)
QUARTERLY = Role("quarter-close", "AROAEXAMPLEQUARTER001", 900, 90)
ROLES = (
    REPORTER,
    Role("deploy", "AROAEXAMPLEDEPLOY0001", 700, 1, path="/ci/"),
    Role("thumbnails-lambda", "AROAEXAMPLETHUMBS0001", 300, None, path="/service-role/"),
    Role("auditor", "AROAEXAMPLEAUDITOR001", 800, 95),
    Role("legacy-batch", "AROAEXAMPLELEGACY0001", 93),
    QUARTERLY,
    Role("old-importer", "AROAEXAMPLEIMPORTER01", 600, 300),
    Role("backup-tokyo", "AROAEXAMPLETOKYO00001", 600, 3, region="ap-northeast-1"),
    Role("dr-failover", "AROAEXAMPLEFAILOVER01", 500, 400, exempt="disaster recovery until=next year"),
    Role("federated-admins", "AROAEXAMPLEFEDADMIN01", 900, 4),
    Role(
        "AWSServiceRoleForSupport",
        "AROAEXAMPLESUPPORT001",
        950,
        path="/aws-service-role/support.amazonaws.com/",
    ),
    Role(
        "AWSReservedSSO_Admin_0123456789abcdef",
        "AROAEXAMPLESSOADMIN01",
        300,
        1,
        path="/aws-reserved/sso.amazonaws.com/eu-west-1/",
    ),
)
