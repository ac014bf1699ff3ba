"""A process that serves the push routes of an installation on a socket that its parent opened. Started by the tests, which kill it."""

import socket
import sys

import uvicorn
from starlette.applications import Starlette

from pipelines.transports.push import routes
from warehouse.settings import Settings

if __name__ == "__main__":
    home, descriptor = sys.argv[1], int(sys.argv[2])
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes(Settings.load(home))), log_level="error", lifespan="off"))
    server.run(sockets=[socket.socket(fileno=descriptor)])
