rule figures:
    input: rules.nonlinear_tables.output
