"""`python -m bench.plain.oms`: the OMS with risk inside, on the plain bus and loop."""

from bench.plain.service import run
from oms.shell.config import OmsConfig
from oms.shell.process import main

if __name__ == "__main__":
    run(main, OmsConfig)
