"""Options held against criteria: scores, break-even, what would change the answer.

It knows no plan and no simulation.
"""
