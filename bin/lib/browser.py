"""A browser for one operator: cookies, forms as they are served, and the codes of an app."""

import base64
import hashlib
import hmac
import http.client
import re
import struct
import time
import urllib.parse

PASSWORD = "seventeen wobbly teapots whistle"


class Browser:
    def __init__(self, port, address=None):
        """The address is what a proxy in front would say, for a site that believes it."""
        self.from_where = {"X-Real-IP": address} if address else {}
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies = {}

    def get(self, path):
        return self.request("GET", path)

    def post(self, path, fields):
        """The token is that of the form that was served last."""
        body = urllib.parse.urlencode([("csrf", self.token), *fields])
        return self.request("POST", path, body)

    def headers(self):
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), **self.from_where}

    def request(self, method, path, body=None, kind="application/x-www-form-urlencoded"):
        headers = self.headers()
        if body is not None:
            headers["Content-Type"] = kind
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies[name] = value
        if token := re.search(r'name="csrf" value="([^"]+)"', text):
            self.token = token.group(1)
        return answer.status, answer.headers.get("Location"), text

    def join(self, username):
        self.get("/join")
        fields = {"username": username, "display_name": username, "email": f"{username}@example.com", "password": PASSWORD, "next": ""}
        expect(self.post("/join", list(fields.items())), 303)

    def log_in(self, username):
        """With two-factor, which is set up on the way, as pages of operators want it."""
        self.get("/login")
        expect(self.post("/login", [("next", "/"), ("who", username), ("password", PASSWORD)]), 303)
        self.get("/settings/two-factor")
        expect(self.post("/settings/two-factor", [("password", PASSWORD)]), 303)
        _, _, page = self.get("/settings/two-factor")
        key = re.search(r'class="key"><code>([^<]+)', page).group(1).replace(" ", "")
        expect(self.post("/settings/two-factor/confirm", [("code", code(key))]), 303)


def expect(answer, status):
    if answer[0] != status:
        raise SystemExit(f"answered {answer[0]} instead of {status}:\n{answer[2][:2000]}")
    return answer


def code(key):
    """RFC 6238, as apps do it."""
    secret = base64.b32decode(key + "=" * (-len(key) % 8))
    digest = hmac.new(secret, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7FFFFFFF) % 10**6:06}"
