"""What runs inside Jupyter's server: today's contents page, the saved state of widgets, answers without delay."""
