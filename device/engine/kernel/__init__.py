"""The C mixer kernel and its build script."""
