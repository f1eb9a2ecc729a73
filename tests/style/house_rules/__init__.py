"""House rules that no ready-made linter checks: each module finds breaches, each test beside it proves that it can."""
