"""What people do with complaints: shared by the screens and the commands.

Functions are synchronous and may be called on any thread: on one of the store's own threads they run at
once (the desk passes them to `store.read` and `store.write`), elsewhere they wait for it (commands).
"""
