"""The durable record of what was meant, sent, heard and found: SQL behind the `Ledger` protocol.

`protocol` is what the engine sees, `opening` makes one from an address, the rest is the SQLite implementation;
`sqlite3` is imported nowhere else. Must not know a vendor or decide what is sent: it only says whether a claim
may be taken.
"""
