"""The rules engine beside others: one workload, one run, the same answers (docs/reference/benchmarks.md)."""
