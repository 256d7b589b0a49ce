"""Our own Asterisk: found or installed (`find`), described (`settings`), run (`instance`).

May live here: nothing; import from the files.
"""
