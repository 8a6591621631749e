"""What turns the course into something: outputs, web pages, the class edition, measured results, pictures."""
