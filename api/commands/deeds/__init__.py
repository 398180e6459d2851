"""Deeds that bring points: community tasks, volunteer activities, commendations, inspections, party members' service.

What must not be broken: whatever confirms a deed brings its points in the same append, and whatever takes the
confirmation back takes them back. Whoever offers, records or confirms a deed of somebody else lives in no household of
those who earn by it, neither on its day nor on the day of the step.
"""
