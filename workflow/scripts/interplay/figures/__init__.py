"""The paper's figures: one module a figure, each a function from tables to a figure."""
