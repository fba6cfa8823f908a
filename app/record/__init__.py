"""Remember: the ledger in its database, and the one door through which everything enters it. No
HTTP.
"""
