"""The interworks.cloud BSS and the provisioning systems behind it: AVG, Panda and BitTitan.

`wire` is the one table of what the vendor's documentation does not settle; `systems` and `catalogue` are data;
`expanding`, `checking`, `deciding`, `ordering` and `answers` are pure; `client`, `observing`, `focusing`,
`preparing` and `recovering` read through the reader they are given. Imports the contract, the model and the
errors, nothing else of ours.
"""
