"""The only floor that speaks JSON-RPC: a node to read and send through, and a chain of our own for those without one."""
