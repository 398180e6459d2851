"""What villagers say: objections to what was disclosed, and suggestions, by a form that asks for no name.

The one public way in that records. It is apart from the public pages, which can reach no command.
"""
