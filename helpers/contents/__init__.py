"""The contents page of lesson 00, what it knows of each lesson, and what of the course is done on this machine."""

from helpers.contents.front_page import mime_bundle, show
