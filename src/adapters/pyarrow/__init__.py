"""Files of people, read and written by PyArrow and the standard library's csv."""
