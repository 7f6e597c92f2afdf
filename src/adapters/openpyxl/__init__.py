"""Excel workbooks by openpyxl."""
