"""The plan of faults: what goes wrong, for whom, how often. Pure; the shell asks it at each hook."""
