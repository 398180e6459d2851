"""The rehearsal (演练): scripted officers take every open report through to the bank's answer.

It runs only in a journal whose genesis says that it is one. Everything goes through the same commands as in earnest;
only the people, the accounts and the bank are scripted.
"""
