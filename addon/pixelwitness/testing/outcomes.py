"""The outcomes of an assertion beside passing: Meta was told something, or nobody can say.

Owns the two errors and nothing else, so that the pytest plug-in can know them at no cost.
"""


class ToldMetaError(AssertionError):
    """Something was told to Meta that the test forbids, or was not told that it expects."""


class NotRecordedError(Exception):
    """Nothing forbidden was seen, and what was seen does not allow to say that there was nothing.

    No `AssertionError`: it is neither a failure of the page nor a pass.
    """
