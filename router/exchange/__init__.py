"""In and out: forms and calls as tables, to CSV and XLSX and back; the day's sheet. No rules, no pages."""
