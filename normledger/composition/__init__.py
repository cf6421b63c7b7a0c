"""Pure floor: from clauses and consent to outcomes, coalitions, drafts and derivations. `compose.compose` is the door."""
