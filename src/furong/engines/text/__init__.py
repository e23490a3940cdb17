"""Text: one tokenizer for search, so that every database finds the same things; and triage.

Triage is in modules of its own, so that search does not load it: `triage` and `taxonomy` (category),
`training` (fitting; brings scikit-learn), `modelfile`, `duties` (department), `similar` (look-alikes).
"""

from furong.engines.text.tokens import Term, index_tokens, query_tokens, spelling_tokens

__all__ = ["Term", "index_tokens", "query_tokens", "spelling_tokens"]
