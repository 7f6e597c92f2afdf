"""Every text that the dashboard shows, and how numbers, money and dates are written; no text stands anywhere else.

How a page adds its words:

1. Write ``locale/en/<page>.py`` and ``locale/es/<page>.py``, each with one ``TEXTS: Final[Mapping[str, str]]``.
2. Give both the same keys, starting with the page's name: ``"history.nav"`` is its link in the menu,
   ``"history.title"`` its h1 and the browser's title; gaps are named: ``"{low} to {high}"``.
3. Import both modules in `locale.catalogues` and add them to the two tuples there.
4. In the page, say ``words("history.title")``; money, counts and dates through ``words.money``, ``.count``, ``.day`` …
5. ``tests/entrypoints/dashboard/test_words.py`` finds missing keys, other gaps, and English left in the Spanish.
"""
