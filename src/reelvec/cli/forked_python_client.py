"""The other end of forked_python.py: run by path, without site packages, so that it starts at once.

Arguments: the Python to be where there is no server, the server's address, then those of `python`.
"""

import json
import os
import signal
import socket
import sys


def main(python: str, address: str, arguments: list[str]) -> None:
    """Have a script run by the server, and end as it ends."""
    connection = socket.socket(socket.AF_UNIX)
    try:
        if not arguments or not os.path.isfile(arguments[0]):  # noqa: PTH113 - as below
            raise OSError("not a script")
        connection.connect(address)
    except OSError:
        os.execv(python, [python, *arguments])
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    # pathlib would take longer to import than all the rest.
    folder = os.getcwd()  # noqa: PTH109
    own = f"{os.path.dirname(address)}{os.pathsep}"  # noqa: PTH120
    variables = {**os.environ, "PATH": os.environ["PATH"].removeprefix(own)}
    request = {"arguments": arguments, "folder": folder, "variables": variables}
    encoded = json.dumps(request).encode()
    socket.send_fds(connection, [len(encoded).to_bytes(8, "big")], [0, 1, 2])
    connection.sendall(encoded)
    status = int(connection.recv(8) or 1)
    if status < 0:  # minus the signal that killed it: let it be seen who was killed by what
        os.kill(os.getpid(), -status)
    sys.exit(status)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
