"""What the world outside writes, read in one place: tables in files, dates and times, telephone numbers.

May live here: that reading, for imports, forms, displays, visits and records alike; nothing of what a value is for.
Nothing is guessed silently: what can't be read whole is refused with a fault that people can mend.
"""
