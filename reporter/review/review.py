"""One review of an account: gathers everything, then judges once. Writes nothing."""

from datetime import datetime

from reporter.judgement.judging import judge_account
from reporter.judgement.known import Terms
from reporter.judgement.report import Report
from reporter.review.gathering import AnySources, gather


def review(sources: AnySources, account: str, terms: Terms, now: datetime, *, partition: str = "aws") -> Report:
    """Raises nothing for what could not be read: that is among the report's gaps."""
    return judge_account(gather(sources, account, terms, now, partition=partition))
