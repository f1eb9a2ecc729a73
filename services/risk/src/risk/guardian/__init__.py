"""The guardian's judgement: what it has seen goes in, what is to be done comes out. Touches nothing, knows no clock.

It watches from outside of the OMS, by its own lines, and decides the same thing again at each look (level, not edge): a
process that restarts is found in a state that differs from the wanted one, and is told again.
"""
