"""Pure floor: from clauses and consent to outcomes, coalitions and drafts. `compose.compose` is the door."""
