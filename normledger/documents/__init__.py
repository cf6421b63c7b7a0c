"""Pure floor: canonical form, documents, clause trees, import formats."""
