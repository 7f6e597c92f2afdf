"""Every text that the dashboard shows, and how numbers, money and dates are written; no text stands anywhere else.

``ui.pot`` has the English texts, ``es/LC_MESSAGES/ui.po`` the Spanish ones. ``msgctxt`` is the key by which a page
names a text (``words("history.title")``), ``msgid`` the English text. CONTRIBUTING.md says how to add one.
"""
