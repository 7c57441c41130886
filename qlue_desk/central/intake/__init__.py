"""Outside records become reports: Qlue's feed, exported tables, SMS centres, web hooks.

Every adapter yields `Report`s; `result.take_all` hands them to the register and counts.
"""
