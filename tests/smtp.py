#!/usr/bin/python3
"""A real SMTP server for tests: smtp.py FOLDER [PORT]

Prints its port once it listens. Every mail that it has taken is FOLDER/<number>.eml, with its envelope in two headers on top.
How it behaves stands in FOLDER/behaviour and is read anew at every step:

  rcpt 550 5.1.1 No such user    answers RCPT with this
  data 451 4.7.1 Come back later answers the end of DATA with this, and does not take the mail
  ehlo 554 5.3.2 Not today       turns everybody away
  drop                           takes the mail, and hangs up instead of saying so; once
  slow 1.5                       takes so many seconds to answer DATA
  hang                           never answers DATA
  password derp secret           wants these before it takes mail
"""
import asyncio
import pathlib
import sys

from aiosmtpd.smtp import SMTP, AuthResult

folder = pathlib.Path(sys.argv[1])
port = int(sys.argv[2]) if len(sys.argv) > 2 else 0


def behaviour(step):
    """The words behind a step, or None if nothing special is asked there."""
    try:
        for line in (folder / "behaviour").read_text().splitlines():
            name, _, rest = line.partition(" ")
            if name == step:
                return rest
    except FileNotFoundError:
        pass
    return None


class Handler:
    taken = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        refused = behaviour("ehlo")
        return [refused] if refused else responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        wanted = behaviour("password") is not None and not session.authenticated
        refused = "530 5.7.0 Authentication required" if wanted else behaviour("rcpt")
        if refused:
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if behaviour("hang") is not None:
            await asyncio.sleep(3600)
        await asyncio.sleep(float(behaviour("slow") or 0))
        refused = behaviour("data")
        if refused:
            return refused
        self.keep(envelope)
        if behaviour("drop") is not None:
            (folder / "behaviour").unlink()
            server.transport.abort()
        return "250 Taken"

    def keep(self, envelope):
        """Under its name only when it is complete."""
        Handler.taken += 1
        head = f"X-From: {envelope.mail_from}\r\nX-To: {', '.join(envelope.rcpt_tos)}\r\n"
        file = folder / f"{self.taken:04}.new"
        file.write_bytes(head.encode() + envelope.original_content)
        file.rename(file.with_suffix(".eml"))


def authenticate(server, session, envelope, mechanism, data):
    right = f"{data.login.decode()} {data.password.decode()}" == behaviour("password")
    return AuthResult(success=right, handled=False)


async def main():
    # Numbers go on where an earlier server of this folder stopped.
    Handler.taken = len(list(folder.glob("*.eml")))
    handler, loop = Handler(), asyncio.get_running_loop()

    def smtp():
        return SMTP(handler, enable_SMTPUTF8=True, authenticator=authenticate, auth_require_tls=False, loop=loop)

    server = await loop.create_server(smtp, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
