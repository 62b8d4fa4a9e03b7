"""Process control: XmR charts of series, beside the colours and never instead of them.

Limits by moving ranges after Wheeler (*Understanding Variation*, 1993). Two named variants, since the tools
of the NHS differ: Making Data Count of NHS England, and NHSRplotthedots 0.2.2 of the NHS-R Community. Where no public
source says how the former decides, ``docs/process-control.md`` names what was decided here.
"""
