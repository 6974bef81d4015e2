"""The findings as report.csv, a line each."""

import csv
import io
from typing import Any

from reporter.judgement.report import Report
from reporter.publishing.judged import finding_as_dict

_COLUMNS = (
    "account kind name arn id access_key_id owner status created last_used last_used_source idle_days"
    " threshold_days first_flagged reason event_source event_name event_id region source_ip user_agent commands"
    " finding_id"
).split()
# A spreadsheet would take what begins so for a formula: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def rows(report: Report) -> str:
    """The findings as CSV: https://www.rfc-editor.org/rfc/rfc4180"""
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS)
    writer.writeheader()
    for finding in report.findings:
        plain = finding_as_dict(finding)
        flat = plain["evidence"] | plain | {"commands": " && ".join(plain["commands"])}
        writer.writerow({name: _cell(flat.get(name)) for name in _COLUMNS})
    return text.getvalue()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
