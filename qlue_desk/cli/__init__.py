"""The command line: thin commands, each loaded only when it is called.

Nothing heavy may load here: `qlue-desk queue --json` must answer before textual would be imported.
"""
