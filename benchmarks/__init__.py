"""Measures the program against floors, in one run on one machine: `make bench`, or `python -m benchmarks --help`.

Every figure is a ratio of whole processes run in turn, because seconds say little on a shared machine. Nothing
here is part of the product, and no test asserts a time.
"""
