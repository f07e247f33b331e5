"""Servers that only answer, to be measured beside Waypost in the same run: what HTTP alone costs here."""

import socket

from uvicorn._types import ASGIReceiveCallable, ASGISendCallable, Scope

ANSWER = (
    b'{"messaging_product":"whatsapp","contacts":[{"input":"4915550000001","wa_id":"4915550000001"}],'
    b'"messages":[{"id":"wamid.HBgNNDkxNTU1MDAwMDAwMRUCABEYEjk5NjAwQUEwMjNCNjcxMDAwMAA="}]}'
)

NODE_PROGRAM = """
const answer = process.argv[1];
const head = {'content-type': 'application/json', 'content-length': answer.length};
const server = require('node:http').createServer((request, response) => {
  request.on('data', () => {});
  request.on('end', () => { response.writeHead(200, head); response.end(answer); });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
"""


async def answer(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Read the body and answer, as ASGI."""
    assert scope["type"] == "http"
    more = True
    while more:
        message = await receive()
        more = message["type"] == "http.request" and message["more_body"]
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(ANSWER))]
    await send({"type": "http.response.start", "status": 200, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": ANSWER, "more_body": False})


def main() -> None:
    """Run the ASGI application in uvicorn with httptools and uvloop; prints the port."""
    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
    print(listening.getsockname()[1], flush=True)
    config = uvicorn.Config(
        answer, http="httptools", loop="uvloop", lifespan="off", ws="none", log_level="critical", access_log=False
    )
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
