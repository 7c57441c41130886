"""The demonstration: a city with invented reports, people and history, served like a real one."""
