"""What a semantic cache would have done with past requests, and what one does: hits, savings, wrong answers.

`foresee` needs what learns, and so the extra `[semantic]`; `report` does not.
"""
