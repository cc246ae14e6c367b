"""Reports: one account of what happened, written as a page, a document, a workbook, or data."""
