"""A breach is shown with its place, all of them at once."""

import pytest

from house_rules.breach import Breach, demand_none


def test_all_breaches_are_listed_in_order() -> None:
    with pytest.raises(AssertionError) as failure:
        demand_none([Breach("b.py", 1, "worse"), Breach("a.py", 10, "bad")])
    assert str(failure.value) == "\na.py:10: bad\nb.py:1: worse"


def test_no_breach_passes() -> None:
    demand_none([])
