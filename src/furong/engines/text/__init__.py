"""Text for search: one tokenizer, so that every database finds the same things."""

from furong.engines.text.tokens import Term, index_tokens, query_tokens, spelling_tokens

__all__ = ["Term", "index_tokens", "query_tokens", "spelling_tokens"]
