"""Which version this is: said here, and read from here by pyproject.toml."""

VERSION = "0.1.0"
