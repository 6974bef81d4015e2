"""The tests' moto, which tests/quicker makes quicker, answers as moto does."""

import json
import os
import subprocess
import sys

from builders import ROOT
from moto_calls import answers


def test_every_call_is_answered_alike():
    paths = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    moto = subprocess.run(
        [sys.executable, "-m", "moto_calls"],
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )

    ours = json.loads(json.dumps(answers()))
    for number, (quick, slow) in enumerate(zip(ours, json.loads(moto.stdout), strict=True)):
        assert quick == slow, number
    refused = [each for each in ours if isinstance(each, dict) and each.get("error")]
    assert 10 < len(refused) < len(ours) / 2
