"""Reading the tables that people really send: xlsx, xls and CSV, in a child process with limits.

`reader.read_table` is the way in. This package imports nothing, so that the child starts quickly.
"""
