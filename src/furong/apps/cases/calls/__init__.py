"""Calls by list (外呼): whom they reach, who makes them, which of them are made twice."""
