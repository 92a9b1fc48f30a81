"""Fakes that are part of the product: for its own tests and for authors of vendor plug-ins.

Real implementations of the same seams, kept in memory or in virtual time. No production module imports
anything from here.
"""
