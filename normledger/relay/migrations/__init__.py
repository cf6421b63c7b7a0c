"""The outbox's forms, one file each in `versions`; Alembic runs them (`ledger.database`)."""
