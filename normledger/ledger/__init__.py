"""The index: a cache of the chain in SQL, block by block, and answers from it as of a block."""
