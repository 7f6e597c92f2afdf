"""Use cases on costs of people: predict, explain, record and erase them."""
