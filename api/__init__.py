"""FastAPI and the explorer's pages: translates HTTP to one library call each, and decides nothing."""
