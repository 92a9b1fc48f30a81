"""Carrying a plan out: the execution protocol, and what runs it for many actions at once.

`protocol` answers "can this order twice?". `run` puts actions in motion as their dependencies finish.
"""
