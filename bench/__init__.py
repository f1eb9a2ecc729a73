"""What Crossbook's speed is measured with: `python -m bench` (docs/bench.md says how to read its figures)."""
