"""What is accepted and not yet on the chain: preparing acts for signature, the outbox, and the relayer."""
