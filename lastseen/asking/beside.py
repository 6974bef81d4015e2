"""What is asked of AWS besides the table: if it does not answer, that is said, and fails nothing."""

from collections.abc import Callable, Container
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from lastseen.connection import action_of, failure, is_denied

Answer = TypeVar("Answer")
Clients = Callable[[str], Any]


class Silent(Exception):
    """AWS does not answer; the message says why."""


def asked(
    clients: Clients, service: str, call: Callable[[Any], Answer], none: Answer, *, where: Container[str] = ()
) -> Answer:
    """`none` is the answer where AWS answers with an error of these. Raises Silent."""
    try:
        return call(clients(service))
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in where:
            return none
        refused = f"not allowed to call {action_of(error, service)}"
        raise Silent(refused if is_denied(error) else f"{error.operation_name}: {code}") from error
    except BotoCoreError as error:
        raise Silent(failure(error)) from error
    except ResponseParserError as error:
        raise Silent("what answers is not AWS") from error
