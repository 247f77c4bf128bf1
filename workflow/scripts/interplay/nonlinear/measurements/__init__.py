"""Measurements on one trained network (Section 2, Figs 1 and 2): one module per rule.

Each function returns a table without the columns that name the network. Of a network whose
training diverged, only the learning curve is measured.
"""
