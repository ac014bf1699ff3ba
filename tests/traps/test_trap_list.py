"""Every trap of the domain reference has a test of its own here."""

import re
from pathlib import Path


def test_no_trap_is_without_a_test():
    source = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_trap_*.py"))
    assert {int(number) for number in re.findall(r"def test_trap_(\d\d)_", source)} == set(range(1, 25))
