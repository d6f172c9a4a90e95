"""The rules. A module here is a rule: `SEVERITY`, a docstring with Why, Instead and Source, and `check(context)`.

The rule's id is the module's name with dashes. Nothing else has to be edited to add one.
"""
