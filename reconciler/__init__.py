"""Declarative reconciler for vendor provisioning: plan exactly, execute at most once."""

__version__ = "0.1.0"
