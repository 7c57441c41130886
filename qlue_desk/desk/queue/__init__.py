"""The main screen: saved views, queue, detail."""
