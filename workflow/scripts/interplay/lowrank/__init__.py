"""Singular values, truncation and factors: functions of matrices, which know no network."""
