"""A class on a real JupyterHub, on this machine: `make hub STUDENTS=20` (docs/hosting.md has what it measured)."""
