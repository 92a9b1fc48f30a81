"""Divalto, by its portal for partners: sites, their change requests, orders that people there decide.

Where things are is as in every vendor folder; facts that the vendor's pages leave open stand in `wire` and in the
catalogue that is shipped with it.
"""
