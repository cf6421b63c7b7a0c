"""The only floor that speaks JSON-RPC: a door to any chain, and a chain of our own for those who have none."""
