"""Rules over the whole portfolio: they watch equity, markets, rejects and positions, and ask for halts and scales.

A rule is fed facts with their times and answers with actions; a `Blocked` it returns is a wish that the engine puts in
force. None of them knows the trading state: the engine drops what is in force already, and tells a rule when an
operator has resumed its scope (`resumed`), so that it starts afresh.
"""
