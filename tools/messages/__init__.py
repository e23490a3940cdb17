"""The catalogs of the interface: `python -m tools.messages` writes them, `--check` judges them.

A message is written in simplified Chinese in a template or a module, and is its own key. English
(`locale/en`) is written by people; traditional Chinese (`locale/zh_Hant`) is made by OpenCC and
never edited; simplified Chinese needs no catalog. Both catalogs are committed, compiled too, so that
an installation needs neither Babel nor OpenCC.
"""
