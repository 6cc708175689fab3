"""Who is covered by what, what is billed, and who pays: members, claims and money.

Every value is drawn from a stream that is named after it, keyed by a person, a person and month or
a claim. Streams begin with ``coverage.``; a name is a contract.
"""
