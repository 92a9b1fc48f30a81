"""A mail host as a vendor of the reconciler: mailboxes of accounts, and mailing lists. An example."""
