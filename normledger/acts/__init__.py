"""Pure floor: signed statements, their typed data and signatures, the running commitment, and who is bound."""
