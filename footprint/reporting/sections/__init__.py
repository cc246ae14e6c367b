"""The parts of a report, one module for each: an account in, blocks in words already translated out."""
