"""What is asked and answered: parameters, queries, rows and bodies, as models for the
documentation.
"""
