"""`python -m promises`: the full counts of what Crossbook promises, one promise after another, resumable."""
