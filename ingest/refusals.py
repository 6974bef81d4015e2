"""Records that prove nothing, whoever they name: sign-ins that failed or are not done, and bad credentials."""

from ingest.principals import Ignored
from ingest.wire import Record, word

SIGN_IN = "signin.amazonaws.com"
INSIGHT = "awscloudtrailinsight"

_SIGN_INS = {"ConsoleLogin", "SwitchRole", "GetSigninToken", "ExitRole", "RenewRole"}
_LOGIN_TOKENS = {"AuthorizeOAuth2Access", "CreateOAuth2Token"}
_BAD_CREDENTIAL = {
    "invalidclienttokenid",
    "signaturedoesnotmatch",
    "invalidsignatureexception",
    "expiredtoken",
    "expiredtokenexception",
    "requestexpired",
    "authfailure",
    "unrecognizedclientexception",
    "invalidaccesskeyid",
    "incompletesignature",
    "missingauthenticationtoken",
    "missingauthenticationtokenexception",
    "invalidtoken",
    "tokenrefreshrequired",
}


def why_it_proves_nothing(record: Record) -> Ignored | None:
    if type_of(record) == INSIGHT:
        return Ignored.INSIGHT
    if error_of(record).removeprefix("client.") in _BAD_CREDENTIAL:
        return Ignored.BAD_CREDENTIAL
    if record.event_source != SIGN_IN:
        return None
    return _failed_token(record) if type_of(record) == "awsapicall" else _failed_sign_in(record)


def _failed_token(record: Record) -> Ignored | None:
    if record.event_name not in _LOGIN_TOKENS:
        return None
    said = word(record.additional_event_data, "success")
    return Ignored.SIGN_IN_FAILED if said.lower() == "false" else None


def _failed_sign_in(record: Record) -> Ignored | None:
    name = record.event_name or ""
    if name in _SIGN_INS:  # A sign-in that failed has no errorCode.
        return None if word(record.response_elements, name) == "Success" else Ignored.SIGN_IN_FAILED
    if name == "UserAuthentication":  # Identity Center's, sent once all of its steps have succeeded.
        said = word(record.service_event_details, name)
        return None if said in ("", "Success") else Ignored.SIGN_IN_FAILED
    return Ignored.SIGN_IN_STEP


def type_of(record: Record) -> str:
    # AWS prints both AwsConsoleSignIn and AwsConsoleSignin.
    return (record.event_type or "").lower()


def error_of(record: Record) -> str:
    return (record.error_code or "").lower()
