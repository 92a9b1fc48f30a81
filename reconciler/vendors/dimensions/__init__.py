"""Xarios Dimensions: resellers, customers, PBX connections, users and their roles.

Where things are is as in every vendor folder; facts that the vendor's pages leave open stand in `wire`.
"""
