"""The commands of the command line, those that belong together in a module; COMMANDS lists them.

Each imports what it needs when it runs, so that none waits for the libraries of another.
"""

from codepairs.commands.building import build
from codepairs.commands.checking import ask_links, check
from codepairs.commands.hosting import dictionary, host
from codepairs.commands.messages import messages
from codepairs.commands.new import new, schemas
from codepairs.commands.serving import serve

__all__ = ["COMMANDS"]

COMMANDS = (build, check, ask_links, serve, messages, new, schemas, host, dictionary)
