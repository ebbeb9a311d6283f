"""Stage 6, report: pages that people would rather look at than read.

`pages` makes one page per person, in batches; `index` the overview of the run.
Every page is one file that needs no other and no network.
"""
