"""The attacks of bin/attack: attack.py [--quick] PORT OUTBOX NAME...

The site believes X-Real-IP. Attackers are niced: elsewhere they would have machines of their own."""

import argparse
import email.policy
import http.client
import os
import pathlib
import re
import select
import socket
import sys
import time
import tomllib
import urllib.parse
import urllib.request
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from math import inf
from statistics import median, quantiles
from typing import NamedTuple

from browser import PASSWORD, Browser, expect

CLIENTS = 6
SIGNS = "4@8({[<3691!|0$57%2"  # which zxcvbn reads as letters too: the dearest password for its length
MANY = 115_000  # of these signs a form of 128 KiB takes
BOUNDARY = "----WobblyTeapot7"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--quick", action="store_true")
    arguments.add_argument("port", type=int)
    arguments.add_argument("outbox", type=pathlib.Path)
    arguments.add_argument("names", nargs="+", choices=["silence", "stuffing", "dear"])
    site = Site(arguments.parse_args())
    site.wait()
    note = ": there is other work, so times say little" if (load := os.getloadavg()[0]) > 2 else ""
    print(f"Load {load:.1f} on {os.cpu_count()} cores before the first attack{note}.")
    for name in site.names:
        print(f"\n== {name}", flush=True)
        {"silence": silence, "stuffing": stuffing, "dear": dear}[name](site)
    print("", "All bounds hold." if not site.broken else f"BROKEN: {'; '.join(site.broken)}.", sep="\n")
    sys.exit(bool(site.broken))


class Site:
    """The site under attack, and which of its promises were broken."""

    def __init__(self, arguments):
        self.port, self.outbox, self.names, self.quick = arguments.port, arguments.outbox, arguments.names, arguments.quick
        self.broken = []

    def wait(self):
        """Until there is a photo to vote for."""
        for _ in range(300):
            try:
                _, _, page = Browser(self.port, "203.0.113.9").get("/")
                if found := re.search(r'action="/submissions/(\d+)/rating"', page):
                    self.photo = int(found.group(1))
                    self.picture = re.search(r'class="photo" src="([^"]+)"', page).group(1)
                    return
            except OSError:
                pass
            time.sleep(0.2)
        raise SystemExit("the site shows no photo")

    def member(self, name, address):
        """A browser of somebody who joins, and opens the link in the mail."""
        browser = Browser(self.port, address)
        browser.join(name)
        link = self.link_for(f"{name}@example.com")
        expect(browser.get(link), 200)
        expect(browser.post(link, []), 200)
        expect(browser.get("/submissions/new"), 200)
        browser.connection.close()
        return browser

    def link_for(self, address):
        for _ in range(150):
            for file in self.outbox.glob("*.eml"):
                mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
                texts = [part.get_content() for part in mail.walk() if part.get_content_type() == "text/plain"]
                if mail["To"] == address and (link := re.search(r"/verify/\w+", "".join(texts))):
                    return link.group(0)
            time.sleep(0.2)
        raise SystemExit(f"no mail came for {address}")

    def figure(self, what, number, unit="", at_most=None, at_least=None):
        kept = (at_most is None or number <= at_most) and (at_least is None or number >= at_least)
        bounds = [f"{word} {bound:.0f}" for word, bound in [("at least", at_least), ("at most", at_most)] if bound is not None]
        self.broken += [] if kept else [what.strip()]
        said = f"{', '.join(bounds)}{'' if kept else ': BROKEN'}"
        print(f"  {what:<66} {f'{number:.0f} {unit}':<9} {said}".rstrip(), flush=True)


def silence(site):
    """Point 4 of the attacks: before there were turns, 24 made others wait 18 s, 48 half a minute."""
    with urllib.request.urlopen(f"http://127.0.0.1:{site.port}{site.picture}") as answer:
        jpeg = answer.read()
    print(f"  A photo of {len(jpeg)} bytes is sent three times from another network; the slowest counts.")
    alone = 1000  # milliseconds at most, beside nothing
    for count in [0, 4, 8] if site.quick else [0, 24, 48]:
        silent_member = site.member(f"silent-{count}", "198.51.100.1")
        member = site.member(f"busy-{count}", f"203.0.113.{count + 1}")
        silent = [fall_silent(site, silent_member, form_of(silent_member, jpeg), n) for n in range(count)]
        # What follows the end of a JPEG makes it another file, and no other picture.
        took = max(upload(member, jpeg + f"{count}-{n}".encode()) for n in range(3))
        waiting = count - len(select.select(silent, [], [], 0)[0])
        for connection in silent:
            connection.close()
        if count == 0:
            site.figure("an upload beside nothing", took, "ms", at_most=alone)
            alone = took
        else:
            site.figure(f"an upload beside {count} silent ones of another member", took, "ms", at_most=alone + 1000)
            site.figure("  silent ones that were under way all the time", waiting, at_least=count)


def form_of(member, jpeg):
    fields = {"csrf": member.token, "title": "Noodle", "species": "cat", "description": "", "crop": "auto", "terms": "on"}
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    head = 'Content-Disposition: form-data; name="file"; filename="noodle.jpg"\r\nContent-Type: image/jpeg'
    return f"{''.join(parts)}--{BOUNDARY}\r\n{head}\r\n\r\n".encode() + jpeg + f"\r\n--{BOUNDARY}--\r\n".encode()


def upload(member, jpeg):
    """Milliseconds until it is taken; infinite when it is not."""
    time.sleep(0.5)  # so that several are spread over the turns of others
    member.connection.close()
    body = form_of(member, jpeg)
    began = time.perf_counter()
    try:
        taken = member.request("POST", "/submissions", body, MULTIPART)[0] == 303
    except TimeoutError:
        taken = False
    return (time.perf_counter() - began) * 1000 if taken else inf


def fall_silent(site, member, body, number):
    """All but the end of an upload, each from another network: only the account tells that they belong together."""
    headers = {**member.headers(), "Host": f"127.0.0.1:{site.port}", "X-Real-IP": f"198.18.{number}.1"}
    headers |= {"Content-Type": MULTIPART, "Content-Length": len(body)}
    connection = socket.create_connection(("127.0.0.1", site.port), timeout=30)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    connection.sendall(f"POST /submissions HTTP/1.1\r\n{head}\r\n".encode() + body[:-500])
    return connection


def stuffing(site):
    """Point 3: before there was a brake, 274 votes from one address counted in 8 s."""
    count = 60 if site.quick else 1000
    settings = tomllib.loads(pathlib.Path("Rocket.toml").read_text("utf-8"))["default"]
    most = settings["rates"]["stuffing"]["ratings_per_photo_and_network"]
    before, began = ratings(site), time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as clients:
        answers = Counter(clients.map(vote, [site] * count, ["192.0.2.7"] * count))
    took = time.monotonic() - began
    counted = ratings(site) - before
    refused = sum(number for said, number in answers.items() if said.startswith("refused"))
    site.figure(f"votes counted of {count} that new browsers at one address cast", counted, at_least=1, at_most=most)
    site.figure("  of which the voter was told that they count", answers["counted"], at_least=counted, at_most=counted)
    site.figure("  neither counted nor refused in words", count - counted - refused, at_least=0, at_most=0)
    print(f"    in {took:.1f} s: {', '.join(f'{number} {said}' for said, number in answers.most_common())}")
    site.figure("votes counted of one new browser in another network", int(vote(site, "198.51.100.7") == "counted"), at_least=1)


def vote(site, address):
    """What becomes of a new browser's vote, as its page says it."""
    browser, photo = Browser(site.port, address), f"/submissions/{site.photo}"
    browser.get(photo)
    status, _, page = browser.post(f"{photo}/rating", [("stay", "true"), ("score", "10")])
    if status == 303:
        status, _, page = browser.get(photo)
    browser.connection.close()
    sentences = {
        "refused in words, too often for this photo": "was not counted: new visitors in your network",
        "refused in words, too many new visitors": "was not counted: very many new visitors have begun in your network",
        "refused in words, too fast": "You are rating very fast.",
        "counted": "You rated <bdi>",
    }
    return next((said for said, sentence in sentences.items() if sentence in page), f"answered {status}")


def ratings(site):
    _, _, page = Browser(site.port, "203.0.113.10").get(f"/submissions/{site.photo}")
    found = re.search(r"([\d,]+) ratings? so far", page)
    return int(found.group(1).replace(",", "")) if found else 0


def dear(site):
    """Point 1: before there was a brake, one password of 100 signs took 0.7 s, and six clients took `GET /` from 2 ms to 4.1 s."""
    seconds = 1 if site.quick else 8
    site.member("noodle", "203.0.113.7")
    quiet = front_page(site, seconds, "quiet")
    for number, form in enumerate(forms(site.photo)):
        with ProcessPoolExecutor(CLIENTS) as clients:
            until = time.monotonic() + seconds + 1
            places = range(20 + CLIENTS * number, 20 + CLIENTS * (number + 1))
            posting = [clients.submit(post_on, site.port, form, place, until) for place in places]
            time.sleep(1)
            front_page(site, seconds, form.what, at_most=quiet + 250)
            answers = sum((posted.result() for posted in posting), Counter())
        print(f"    posts in {seconds + 1} s: {', '.join(f'{count} x {status}' for status, count in answers.most_common())}")
        if not answers.keys() & {200, 303, 422, 429}:
            site.broken.append(f"{form.what}: nothing was attacked")
        # Who is answered before everything is sent may find the connection gone.
        if failed := [status for status in answers if status not in (200, 303, 422, 429, "cut off")]:
            site.broken.append(f"{form.what}: answers {failed}")
    front_page(site, seconds, "quiet again")


class Form(NamedTuple):
    """What is posted. NUMBER stands for another one each time, TOKEN for the form's."""

    what: str
    path: str
    page: str
    body: str
    kind: str = "application/x-www-form-urlencoded"
    member: str = ""


def forms(photo):
    def plain(path, what, page=None, **fields):
        body = urllib.parse.urlencode({"csrf": "TOKEN", **fields}, safe=SIGNS.replace("%", ""))
        return Form(f"{path.replace(str(photo), '<id>')}, {what}", path, page or path, body)

    hundred, many = ((SIGNS * count)[:count] for count in (100, MANY))
    newcomer = {"username": "NUMBER", "display_name": "NUMBER", "email": "NUMBER@example.com", "next": ""}
    page = f"/submissions/{photo}"
    head = f"--{BOUNDARY}\r\nContent-Disposition: form-data; name="
    parts = f'{head}"csrf"\r\n\r\nTOKEN\r\n' + f'{head}"file"; filename=""\r\n\r\n\r\n' * 20_000 + f"--{BOUNDARY}--\r\n"
    return [
        plain("/join", "password of 100 signs", **newcomer, password=hundred),
        plain("/join", f"password of {MANY} signs", **newcomer, password=many),
        plain("/join", f"username of {MANY} signs, password of 100", **{**newcomer, "username": many}, password=hundred),
        plain("/login", "password of 100 signs, new names", who="NUMBER", password=hundred, next=""),
        plain("/login", f"password of {MANY} signs, new names", who="NUMBER", password=many, next=""),
        plain("/login", f"name of {MANY} signs", who=many, password=hundred, next=""),
        plain("/password/forgot", "new addresses", email="NUMBER@example.com"),
        plain("/password/forgot", f"address of {MANY} signs", email=many),
        plain(f"{page}/reports", f"note of {MANY} signs", f"{page}/reports/new", reason="other", note=many),
        plain(f"{page}/rating", f"score of {MANY} signs", page, score=many),
        plain(f"{page}/rating", "score of 10", page, score="10"),
        plain("/appearance", f"time zone of {MANY} signs", theme="x", time_zone=many),
        Form("/submissions, 20,000 empty files of a member", "/submissions", "/submissions/new", parts, MULTIPART, "noodle"),
    ]


def post_on(port, form, place, until):
    """Posts without a pause, each time from another network. Gives the answers' statuses."""
    os.nice(10)
    browser = Browser(port, f"{place}.0.0.1")
    if form.member:
        browser.get("/login")
        expect(browser.post("/login", [("who", form.member), ("password", PASSWORD), ("next", "")]), 303)
    browser.get(form.page)
    body = form.body.replace("TOKEN", browser.token)
    answers = Counter()
    while time.monotonic() < until:
        number = answers.total()
        headers = {**browser.headers(), "Content-Type": form.kind, "X-Real-IP": f"{place}.{number >> 8 & 255}.{number & 255}.1"}
        try:
            browser.connection.request("POST", form.path, body.replace("NUMBER", f"p{place}-{number}").encode(), headers)
            answer = browser.connection.getresponse()
            answer.read()
            answers[answer.status] += 1
        except (OSError, http.client.HTTPException):
            answers["cut off"] += 1
            browser.connection.close()
    return answers


def front_page(site, seconds, what, at_most=None):
    """How long `GET /` takes somebody who comes again and again. Gives the worst, in milliseconds."""
    visitor = Browser(site.port, "203.0.113.8")
    visitor.get("/")
    times = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        began = time.perf_counter()
        expect(visitor.get("/"), 200)
        times.append((time.perf_counter() - began) * 1000)
        time.sleep(0.02)
    site.figure(what, max(times), "ms", at_most)
    middle, p95 = median(times), quantiles(times, n=20, method="inclusive")[-1]
    print(f"    {len(times)} GET /: median {middle:.1f}, p95 {p95:.1f}, worst {max(times):.1f} ms")
    return max(times)


if __name__ == "__main__":
    main()
