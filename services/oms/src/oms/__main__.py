"""`python -m oms`: the OMS with risk inside. `… audit …`: its journal, read. `… preflight …`: what may be lost."""

import sys

from crossbook import service
from oms.shell.audit import run as audit
from oms.shell.config import OmsConfig
from oms.shell.preflight import run as preflight
from oms.shell.process import main

if __name__ == "__main__":
    if sys.argv[1:2] == ["audit"]:
        sys.exit(audit(sys.argv[2:]))
    if sys.argv[1:2] == ["preflight"]:
        sys.exit(preflight(sys.argv[2:]))
    service.run(main, OmsConfig)
