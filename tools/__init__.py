"""For those who maintain the course; learners need nothing of it."""
