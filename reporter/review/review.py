"""One review of an account: everything that is asked of it, judged once. Writes nothing."""

from datetime import datetime

from reporter.judgement.judging import judge_account
from reporter.judgement.known import Terms
from reporter.judgement.report import Report
from reporter.review.gathering import Sources, gather


def review(sources: Sources, account: str, terms: Terms, now: datetime, *, partition: str = "aws") -> Report:
    """What could not be read is among the report's gaps; nothing is raised for it."""
    return judge_account(gather(sources, account, terms, now, partition=partition))
