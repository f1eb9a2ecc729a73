"""The order management system: intake, lifecycle, ledger, journal, recovery, with risk inside."""
