"""Evidence bundles: one file from which a stranger verifies a claim offline. Pure: no SQL, no node, no HTTP."""
