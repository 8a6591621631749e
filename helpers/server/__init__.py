"""What runs inside Jupyter's server: today's contents page, the saved state of widgets, the connection to a kernel."""
