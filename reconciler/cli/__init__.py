"""The command line: one module per command family, found late so that `--help` stays quick.

The only place that prints. stdout carries the result alone; logs, progress and hints go to stderr.
"""
