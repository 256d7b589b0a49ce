"""The site file: its settings, their checks with file and line, and the site it describes."""
