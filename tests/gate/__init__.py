"""The gate: how right the tags were, pinned as floors that only rise.

``python -m tests.gate`` measures and says what is below its floor; ``--update`` raises the floors to what is
measured, and refuses where one would fall.
"""
