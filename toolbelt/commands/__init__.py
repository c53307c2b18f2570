"""The commands of `bin/dynohook`, one file for each subject."""
