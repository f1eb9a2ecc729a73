"""`python -m crossbook.messages` prints the text of `docs/messages.md`; `make docs` writes it there."""

import sys

from crossbook.messages.describe import page

sys.stdout.write(page())
