"""What is asked of AWS besides the table: if it does not answer, that is said, and fails nothing."""

from collections.abc import Callable, Container
from typing import Any, TypeVar

from activity.plain import line
from reporter.inventory.answers import Unanswered, answered

Answer = TypeVar("Answer")
Clients = Callable[[str], Any]


def asked(
    clients: Clients, action: str, call: Callable[[Any], Answer], none: Answer, *, where: Container[str] = ()
) -> Answer:
    """`action`: the permission that it needs. `none`: the answer where AWS answers with one of these codes.

    Raises Unanswered.
    """
    try:
        return answered(lambda: call(clients(action.partition(":")[0])), action)
    except Unanswered as why:
        if why.code in where:
            return none
        raise Unanswered(f"not allowed to call {why.action}" if why.action else line(str(why))) from why
