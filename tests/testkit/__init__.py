"""Helpers of tests that start real processes or read shared samples; `tests/conftest.py` makes fixtures of them."""
