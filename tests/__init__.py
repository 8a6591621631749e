"""The tests, as a package: a folder without this file loses to any other package called `tests`."""
