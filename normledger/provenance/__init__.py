"""Where everything comes from: from a norm down to acts, clauses, texts and keys."""
