"""From a report to the mail, the page and the files, and out to SNS and S3."""
