"""Tables: the decisions in the table of networks, and comparisons of experiments."""
