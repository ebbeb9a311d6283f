"""Stage 6, report: pages that people would rather look at than read.

`pages` makes one page per person, in batches; `index` the overview of the run.
The report is a folder that needs no other and no network: pages, the small
pictures they show (`thumbnails`) and the figures they sort (`columns`). What
it shows of scores and tables is what is there; it knows no judge's columns by
name but the verdicts.
"""
