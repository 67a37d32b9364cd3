#!/usr/bin/env python3
"""Opens the dashboard in Chromium, starts and crashes tasks, and reads the numbers from the screen.

Build the product `dashboard` first, and give its path: `test_dashboard.py PROGRAM [PICTURES]`. Pictures of the page are written
to the directory PICTURES.
"""

import http.client
import json
import pathlib
import queue
import re
import select
import socket
import subprocess
import sys
import threading
import time
import unittest
import urllib.error
import urllib.request

from chromium import PATIENCE, Chromium, wait

PROGRAM = "dashboard"
PICTURES = None
TOKEN = "0123456789abcdef"


class Program:
    """The program whose page is looked at. `tell` says what it is to do, and waits until it has done it."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [PROGRAM, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.url = self.line()
        self.port = int(re.search(r":(\d+)/", self.url).group(1))

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.strip())

    def line(self):
        return self.lines.get(timeout=PATIENCE)

    def tell(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        if (answer := self.line()) != "done":
            raise AssertionError(f"{command}: {answer}")

    def get(self, path, **headers):
        """The status, headers and text of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        try:
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def quit(self):
        self.process.stdin.write("quit\n")
        self.process.stdin.flush()
        said = [self.line(), self.line()]
        self.process.wait(PATIENCE)
        self.process.stdin.close()
        self.process.stdout.close()
        return said

    def kill(self):
        self.process.kill()
        self.process.wait(PATIENCE)


class DashboardTests(unittest.TestCase):
    def program(self, *arguments):
        program = Program(*arguments)
        self.addCleanup(program.kill)
        return program

    def page(self, *arguments):
        program = self.program(*arguments)
        page = Chromium()
        self.addCleanup(page.close)
        page.open(program.url)
        return program, page

    def text(self, page, selector):
        return page.js(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''").replace("\u202f", "")

    def shows(self, page, selector, expected):
        wait(lambda: self.text(page, selector) == expected,
             lambda: f"{selector} shows {self.text(page, selector)!r}, not {expected!r}")

    def test_page_showsWhatRunsAndWaits_whatEndedAndCrashed(self):
        program, page = self.page()
        self.shows(page, "#connection", "Live")
        self.shows(page, "#title", "importer")
        self.shows(page, "#succeeded", "0")
        self.assertIn("3 workers", self.text(page, "#subtitle"))
        for number in range(5):
            program.tell(f"work slow-{number} 3000")
        self.shows(page, "#running", "3")
        self.shows(page, "#queued", "2")
        self.assertEqual(page.js("document.querySelectorAll('#workers tr').length"), 3)
        wait(lambda: self.text(page, "#workers").count("slow-") == 3,
             lambda: "what the workers do is not shown: " + self.text(page, "#workers"))
        for number in range(12):
            program.tell(f"work quick-{number} 20")
        program.tell("fail unlucky 1")
        program.tell("crash fatal 1")
        program.tell("wait")
        self.shows(page, "#succeeded", "17")
        self.shows(page, "#failed", "2")
        self.shows(page, "#running", "0")
        self.shows(page, "#queued", "0")
        wait(lambda: page.js("document.querySelector('#failed').parentElement.classList.contains('some')"), "red")
        self.assertIn("3.0", self.text(page, "#slowest"))
        self.assertRegex(self.text(page, "#causes"), r"1 × SIG\w+")
        self.shows(page, "#sessions .session-head b", "files")
        self.assertIn("19 of 19", self.text(page, "#sessions .session-head"))
        self.assertEqual(page.js("document.querySelector('#sessions [role=progressbar]').ariaValueNow"), "19")
        wait(lambda: "fatal" in self.text(page, "#crashes"), lambda: "crashes: " + self.text(page, "#crashes"))
        page.js("document.querySelector('#crashes details').open = true")
        self.assertIn("crashOnPurpose", self.text(page, "#crashes pre"))
        self.assertEqual(page.complaints, [])

    def test_runningTasks_showWhatTheyReport_andTheSessionItsPart(self):
        program, page = self.page()
        program.tell("report train 40 epoch 2 of 5")
        program.tell("report <b>evil</b> 99 <img src=x>")
        program.tell("work quick 1")
        program.tell("work other 1")
        reports = "#sessions .reports"
        wait(lambda: page.js(f"document.querySelectorAll('{reports} li').length") == 2,
             lambda: "reports: " + self.text(page, reports))
        first = page.js(f"document.querySelector('{reports} li').innerText").split()
        self.assertEqual(first, ["train", "40", "%", "epoch", "2", "of", "5"])
        bar = f"{reports} [role=progressbar]"
        self.assertEqual(page.js(f"document.querySelector('{bar}').ariaValueNow"), "40")
        self.assertEqual(page.js(f"document.querySelector('{bar}').ariaLabel"), "train")
        # What a task writes is text, and 99 % are not all.
        second = page.js(f"document.querySelectorAll('{reports} li')[1].innerText").split()
        self.assertEqual(" ".join(second), "<b>evil</b> 99 % <img src=x>")
        # Two of four have ended, and of the others 0.4 and 0.99 are done.
        wait(lambda: "2 of 4 · 84 %" in self.text(page, "#sessions .session-head"),
             lambda: self.text(page, "#sessions .session-head"))
        program.tell("release")
        program.tell("wait")
        wait(lambda: page.js(f"document.querySelector('{reports}').hidden"), "what has ended still reports")
        wait(lambda: "4 of 4 · 100 %" in self.text(page, "#sessions .session-head"),
             lambda: self.text(page, "#sessions .session-head"))
        self.assertEqual(page.complaints, [])

    def test_spawnedPool_isShownToo(self):
        program, page = self.page("spawn")
        program.tell("work one 1")
        program.tell("wait")
        self.shows(page, "#succeeded", "1")
        program.tell("close")
        self.shows(page, "#succeeded", "1")
        self.assertEqual(page.complaints, [])

    def test_statisticsAndMetrics_areWhatThePageShows(self):
        program = self.program()
        for number in range(4):
            program.tell(f"work w-{number} 10")
        program.tell("crash c 1")
        program.tell("wait")
        status, headers, text = program.get("/statistics")
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"))
        tasks = json.loads(text)["tasks"]
        self.assertEqual((tasks["submitted"], tasks["succeeded"], tasks["failed"]), (5, 4, 1))
        self.assertEqual(json.loads(program.get("/statistics?pool=importer")[2])["maxWorkers"], 3)
        self.assertEqual(program.get("/statistics?pool=none")[0], 404)
        status, headers, text = program.get("/metrics")
        self.assertTrue(headers["Content-Type"].startswith("text/plain; version=0.0.4"))
        self.assertIn('multitasking_tasks_ended_total{pool="importer",outcome="succeeded"} 4\n', text)
        self.assertIn('multitasking_tasks_ended_total{pool="importer",outcome="failed"} 1\n', text)
        self.assertRegex(text, r'multitasking_crashes_total\{pool="importer",cause="SIG\w+"\} 1\n')
        self.assertIn('multitasking_session_tasks{session="files",state="succeeded"} 4\n', text)
        for line in text.splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) \w+ .+|[a-z_]+\{\w+="[^"]*"(,\w+="[^"]*")*\} [-+0-9.e]+)$')
        # All samples of a metric stand together, behind its type, which is there once.
        types = re.findall(r"^# TYPE (\w+)", text, re.MULTILINE)
        self.assertEqual(len(types), len(set(types)))

    def test_page_isUsableByKeyboardAndByScreenReader(self):
        program, page = self.page()
        self.shows(page, "#connection", "Live")
        self.assertEqual(page.js("document.querySelectorAll('header, main, footer, nav').length"), 4)
        self.assertEqual(page.js("document.querySelectorAll('h1').length"), 1)
        self.assertEqual(page.js("document.documentElement.lang"), "en")
        unnamed = page.js("[...document.querySelectorAll('section, [role=region], [role=img]')]"
                          ".filter(one => !one.ariaLabel && !one.getAttribute('aria-labelledby')).length")
        self.assertEqual(unnamed, 0)
        self.assertEqual(page.js("[...document.querySelectorAll('th')].filter(one => !one.scope).length"), 0)
        page.press("Tab", 9)
        self.assertEqual(page.js("document.activeElement.className"), "skip")
        page.press("Tab", 9)
        self.assertEqual(page.js("document.activeElement.id"), "pause")
        self.assertNotEqual(page.js("getComputedStyle(document.activeElement).outlineStyle"), "none")
        page.js("document.activeElement.click()")
        self.shows(page, "#connection", "Paused")
        program.tell("work one 1")
        program.tell("wait")
        page.js("new Promise(done => setTimeout(done, 700))")
        self.assertEqual(self.text(page, "#succeeded"), "0")
        page.js("document.getElementById('pause').click()")
        self.shows(page, "#succeeded", "1")
        # What is live for a screen reader: the connection, and news at most every ten seconds.
        self.assertEqual(page.js("document.querySelectorAll('[aria-live], [role=status]').length"), 2)
        # No line of text or table makes the page wider than a telephone.
        page.look(360, 800)
        self.assertLessEqual(page.js("document.documentElement.scrollWidth"), 360)

    def test_texts_haveEnoughContrast_lightAndDark(self):
        program, page = self.page()
        program.tell("fail unlucky 1")
        program.tell("wait")
        self.shows(page, "#failed", "1")
        for dark in (False, True):
            page.look(1280, 900, dark)
            self.assertGreaterEqual(page.js(CONTRAST), 4.5, "dark" if dark else "light")

    def test_otherHosts_andOtherMethods_areRefused(self):
        program = self.program()
        self.assertEqual(program.get("/", Host="evil.example")[0], 421)
        self.assertEqual(program.get("/", Host="127.0.0.1.evil.example")[0], 421)
        self.assertEqual(program.get("/", Host=f"localhost:{program.port}")[0], 200)
        self.assertEqual(program.get("/nothing")[0], 404)
        request = urllib.request.Request(program.url, method="POST", data=b"{}")
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=PATIENCE)
        self.assertEqual(refused.exception.code, 405)
        refused.exception.close()
        headers = program.get("/")[1]
        self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
        self.assertIsNone(headers["Access-Control-Allow-Origin"])

    def test_withToken_nothingIsShownWithoutIt(self):
        program, page = self.page("token")
        self.assertIn(f"?token={TOKEN}", program.url)
        self.shows(page, "#connection", "Live")
        self.assertNotIn("token", page.js("location.href"))
        self.assertEqual(page.js("document.cookie"), "", "scripts must not read the cookie")
        for path in ("/", "/statistics", "/metrics", "/events", "/dashboard.js", "/nothing"):
            self.assertEqual(program.get(path)[0], 401, path)
            self.assertEqual(program.get(path + "?token=" + TOKEN[:-1])[0], 401, path)
            self.assertEqual(program.get(path, Authorization="Bearer " + TOKEN + "0")[0], 401, path)
        self.assertEqual(program.get("/metrics", Authorization=f"Bearer {TOKEN}")[0], 200)
        self.assertEqual(program.get(f"/statistics?token={TOKEN}")[0], 200)

    def test_token_isKeptInACookieOfThePort(self):
        program = self.program("token")
        connection = http.client.HTTPConnection("127.0.0.1", program.port, timeout=PATIENCE)
        self.addCleanup(connection.close)
        connection.request("GET", f"/?token={TOKEN}")
        answer = connection.getresponse()
        answer.read()
        cookie = answer.headers["Set-Cookie"].split(";")[0]
        self.assertEqual(cookie, f"multitasking-token-{program.port}={TOKEN}")
        self.assertEqual(program.get("/metrics", Cookie=cookie)[0], 200)
        other = cookie.replace(str(program.port), str(program.port + 1))
        self.assertEqual(program.get("/metrics", Cookie=other)[0], 401)

    def test_sessionsOfOneName_areToldApart(self):
        program = self.program()
        program.tell("watch files")
        samples = [line.rsplit(" ", 1)[0] for line in program.get("/metrics")[2].splitlines() if line[0] != "#"]
        self.assertEqual(len(samples), len(set(samples)))
        self.assertTrue(any('"files 2"' in sample for sample in samples), samples)

    def test_clientsThatTakeAllDescriptors_endNoOther_andAreGivenUp(self):
        program = self.program()
        def descriptors():
            return len(list(pathlib.Path(f"/proc/{program.process.pid}/fd").iterdir()))
        wait(lambda: program.get("/")[0] == 200, "the page is not there")
        before = descriptors()
        open_one = socket.create_connection(("127.0.0.1", program.port))
        self.addCleanup(open_one.close)
        program.tell("descriptors some 3")
        # For most of them, the program has no descriptor.
        silent = [socket.create_connection(("127.0.0.1", program.port)) for _ in range(8)]
        self.addCleanup(lambda: [one.close() for one in silent])
        open_one.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        open_one.settimeout(9)
        self.assertTrue(open_one.recv(100).startswith(b"HTTP/1.1 200"))
        for one in silent:
            one.settimeout(60)
            self.assertEqual(one.recv(1), b"", "a client that says nothing is waited for without end")
        self.assertEqual(program.get("/")[0], 200)
        program.tell("descriptors all 0")
        open_one.close()
        wait(lambda: descriptors() <= before, lambda: f"{descriptors()} descriptors instead of {before}")

    def test_clientsWithoutAToken_holdFewDescriptors(self):
        program = self.program("token")
        def descriptors():
            return len(list(pathlib.Path(f"/proc/{program.process.pid}/fd").iterdir()))
        before = descriptors()
        silent = [socket.create_connection(("127.0.0.1", program.port)) for _ in range(600)]
        self.addCleanup(lambda: [one.close() for one in silent])
        def closed():
            """How many of them the program has closed."""
            waiting = select.poll()
            for one in silent:
                waiting.register(one, select.POLLIN)
            return len(waiting.poll(0))
        wait(lambda: closed() >= 600 - 128, lambda: f"{closed()} of 600 were closed")
        self.assertLessEqual(descriptors(), before + 130)
        # The others are waited for, but not for long; there is place then.
        wait(lambda: closed() == 600, lambda: f"{closed()} of 600 were closed")
        self.assertEqual(program.get("/metrics", Authorization=f"Bearer {TOKEN}")[0], 200)
        wait(lambda: descriptors() <= before + 2, lambda: f"{descriptors()} descriptors instead of {before}")

    def test_headThatComesSlowly_isGivenUpAsAWhole(self):
        program = self.program()
        slow = socket.create_connection(("127.0.0.1", program.port))
        self.addCleanup(slow.close)
        slow.sendall(b"GET / HTTP/1.1\r\nX: ")
        begin = time.monotonic()
        slow.settimeout(1)
        while time.monotonic() - begin < 25:
            try:
                slow.sendall(b"x")
                self.assertEqual(slow.recv(1), b"")
                break
            except TimeoutError:
                pass
            except ConnectionError:
                break
        self.assertLess(time.monotonic() - begin, 15)

    def test_headThatIsTooLong_isRefused_andWhatFollowsIsNotRead(self):
        program = self.program()
        long = b"x" * 20_000
        for head in (b"GET / HTTP/1.1\r\nX: " + long, long, b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 4000):
            one = socket.create_connection(("127.0.0.1", program.port))
            self.addCleanup(one.close)
            one.settimeout(PATIENCE)
            one.sendall(head)
            self.assertIn(b" 431 ", one.makefile("rb").readline())
        endless = socket.create_connection(("127.0.0.1", program.port))
        self.addCleanup(endless.close)
        endless.settimeout(PATIENCE)
        with self.assertRaises(ConnectionError):
            for _ in range(10_000):
                endless.sendall(b"x" * 65536)
        self.assertEqual(program.get("/")[0], 200)

    def test_requestsOfOneConnection_areAnsweredInTurn(self):
        program = self.program()
        host = f"Host: 127.0.0.1:{program.port}\r\n".encode()
        one = socket.create_connection(("127.0.0.1", program.port))
        self.addCleanup(one.close)
        one.settimeout(PATIENCE)
        one.sendall(b"GET /metrics HTTP/1.1\r\n" + host + b"\r\nGET /nothing HTTP/1.1\n" + host + b"\n")
        one.sendall(b"HEAD / HTTP/1.1\r\n" + host + b"Connection: close\r\n\r\n")
        said = one.makefile("rb").read()
        self.assertEqual(re.findall(rb"^HTTP/1.1 (\d+)", said, re.MULTILINE), [b"200", b"404", b"200"])
        for bad in (b"\r\n\r\n", b"GET /\r\n\r\n", b"GET / SMTP\r\n\r\n", b"\xff\xfe\n\n"):
            other = socket.create_connection(("127.0.0.1", program.port))
            self.addCleanup(other.close)
            other.settimeout(PATIENCE)
            other.sendall(bad)
            self.assertTrue(other.makefile("rb").read().startswith(b"HTTP/1.1 400 "), bad)

    def test_manyReaders_comeAndGo_andTheProgramEnds(self):
        program, page = self.page()
        self.shows(page, "#connection", "Live")
        def read():
            """Those that have left are noticed when they are written to."""
            try:
                return urllib.request.urlopen(program.url + "events", timeout=PATIENCE)
            except urllib.error.HTTPError as error:
                error.close()
                return None
        for _ in range(70):
            answer = wait(read, "no place becomes free")
            self.assertTrue(answer.readline().startswith(b"event: history"))
            answer.close()
        open_ones = []
        try:
            for _ in range(80):
                open_ones.append(urllib.request.urlopen(program.url + "events", timeout=PATIENCE))
        except urllib.error.HTTPError as error:
            self.assertEqual(error.code, 503)
            error.close()
        self.assertGreater(len(open_ones), 0)
        self.assertEqual(program.quit(), ["page: CancellationError", "ended"])
        self.shows(page, "#connection", "No connection")
        for answer in open_ones:
            answer.close()
        self.assertEqual(program.process.returncode, 0)

    def test_pictures(self):
        if not PICTURES:
            self.skipTest("no directory for pictures was given")
        program, page = self.page()
        self.shows(page, "#connection", "Live")
        program.tell("report train-model 40 epoch 2 of 5")
        for number in range(2):
            program.tell(f"work render-frame-{number} {700 + number * 200}")
        for number in range(180):
            program.tell(f"work resize-IMG_{2040 + number} {40 + number * 37 % 90}")
        program.tell("crash parse-2026-11-24.log 1")
        program.tell("fail index-chapter-07 1")
        for number in range(120):
            program.tell(f"work thumbnail-{number} {30 + number * 53 % 120}")
        wait(lambda: "parse" in self.text(page, "#crashes"), "the crash is shown")
        page.js("document.querySelector('#crashes details').open = true")
        for name, width, dark in (
            ("light", 1280, False), ("dark", 1280, True), ("narrow", 390, False), ("narrow-dark", 390, True),
        ):
            page.look(width, 800, dark)
            page.look(width, page.js("document.body.scrollHeight"), dark)
            page.js("new Promise(done => setTimeout(done, 500))")
            page.picture(pathlib.Path(PICTURES, f"dashboard-{name}.png"))


# The least contrast of a text with what is behind it, by the formula of WCAG 2.
CONTRAST = """(() => {
  const channels = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (; element; element = element.parentElement) {
      const colour = channels(getComputedStyle(element).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  let least = 21;
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.getClientRects().length || element.closest("noscript, .hidden, title")) continue;
    const [a, b] = [light(channels(getComputedStyle(element).color)), light(ground(element))];
    least = Math.min(least, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
  }
  return least;
})()"""


if __name__ == "__main__":
    PROGRAM = sys.argv[1]
    PICTURES = sys.argv[2] if len(sys.argv) > 2 else None
    unittest.main(argv=sys.argv[:1], verbosity=2)
