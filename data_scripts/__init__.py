"""How the course's data get onto the disk: `python -m data_scripts`."""
