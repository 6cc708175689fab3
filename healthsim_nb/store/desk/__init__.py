"""What lies on a user's desk besides scenarios: notes, outputs, what was entered into widgets.

``mending`` puts back what a file lacks of it; ``clearing`` clears it, for good and when asked to.
"""
