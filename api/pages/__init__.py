"""The explorer: pages rendered here, readable without scripts; each links its JSON twin."""
