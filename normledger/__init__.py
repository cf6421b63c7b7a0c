"""NormLedger: a public register of small agreements that shows which wider norms they already add up to."""

__version__ = "0.1.0"
