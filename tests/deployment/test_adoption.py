"""The template that imports a table which a removed stack left."""

import json
import subprocess
import sys
from pathlib import Path

from deployment import files
from deployment.adoption import importing


def test_the_table_is_imported_with_all_that_it_refers_to(tmp_path):
    path = tmp_path / "import.json"
    path.write_text(json.dumps(importing(files.template())))
    linter = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run([linter, path], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_an_import_that_fails_leaves_the_table_whatever_a_failed_creation_does():
    whole = files.template()
    table = importing(whole)["Resources"]["ActivityTable"]

    assert whole["Resources"]["ActivityTable"]["DeletionPolicy"] == "RetainExceptOnCreate"
    assert table == whole["Resources"]["ActivityTable"] | {"DeletionPolicy": "Retain"}
