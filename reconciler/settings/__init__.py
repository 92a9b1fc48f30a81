"""The configuration: `reconciler.yaml` as models, its reading, secrets, and the vendors made from it.

Stands above documents and the contract. Knows plug-ins only by what they say of themselves. Reads files,
environment variables and installed entry points, and nothing of a vendor. Not imported for `--help`.
"""
