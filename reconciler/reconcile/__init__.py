"""One pass: load, check, expand, observe, compare, plan, carry out, record, derive.

`estate` does the offline half, `planning` reads and plans, `applying` carries out, `records` writes down.
"""
