"""What every generated module contains, as ordinary modules: read as text and put into one file, never imported.

Their metrics libraries belong to the service; mlmon itself runs without them. They hold to Python 3.9 and to lines of
88 columns, since they are formatted again in other people's repositories.
"""
