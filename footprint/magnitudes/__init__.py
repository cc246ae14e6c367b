"""What an equation can be read with, beside a plain number: a column of a lazy plan, draws, a named term.

NumPy arrays serve as draws as they are. Readings never mix: NumPy would build one column expression a draw.
"""
