"""Numbers for the article's text."""
