"""How rule files are read: from text to a rulebook, or to errors that say where and what to write instead."""
