"""Charts for a page: static SVG, and the same in words and rows.

`chart_builder.ChartBuilder` makes the models of what a report reads, each ``draw_…`` a `Chart` of
its model.  Looks come from ``charts.css``, which the page holds: no style stands in a picture,
and nothing is fetched.  A page puts each picture into ``<div class="chart-frame">``.
"""
