# A service that is not Node.
import socket

server = socket.create_server(("127.0.0.1", 0))
print("ready", server.getsockname()[1], flush=True)
server.accept()
