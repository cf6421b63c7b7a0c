"""The API, version 1: one resource a file."""
