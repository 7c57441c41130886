"""qlue_desk: the desk where a citizen's report is followed up, and the central server behind it."""

__version__ = "0.1.0"
