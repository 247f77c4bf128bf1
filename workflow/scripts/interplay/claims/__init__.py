"""The paper's statements, each measured in the tables and compared with an expectation."""
