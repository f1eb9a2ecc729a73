"""`python -m risk`: the guardian."""

from crossbook import service
from risk.guardian.settings import GuardianConfig
from risk.shell.process import main

if __name__ == "__main__":
    service.run(main, GuardianConfig)
