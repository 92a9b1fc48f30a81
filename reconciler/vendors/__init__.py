"""Adapters, one package per vendor, and the one HTTP client they are given.

An adapter sees the contract, the model and the errors; it never builds a client of its own.
"""
