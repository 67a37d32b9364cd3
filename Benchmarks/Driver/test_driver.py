"""Tests of the driver: `python3 -m unittest discover -s Benchmarks/Driver`."""

import os
import time
import unittest
from unittest import mock

import bench
import plots
import table
from works import ROWS, WORKS, Program, Row, at_least, share_of_limit, times_limit


def figures(**programs):
    found = table.Figures()
    for name, values in programs.items():
        for value in values:
            found.add("m", name, value)
    return found


class TableTests(unittest.TestCase):
    def test_median_andSpread_ofThreeRounds(self):
        found = figures(ours=[4, 1, 2])
        self.assertEqual(found.median("m", "ours"), 2)
        self.assertEqual(found.spread("m", "ours"), 0.75)

    def test_bestPeer_whereLessIsBetter_isTheLeast_andNeitherOursNorLimit(self):
        found = figures(ours=[1], limit=[0.5], slow=[9], fast=[3])
        result = table.result_of(Row("m", "", "", less=True), found)
        self.assertEqual((result["peer_name"], result["peer"]), ("fast", 3))

    def test_bestPeer_whereMoreIsBetter_isTheGreatest(self):
        result = table.result_of(Row("m", "", "", less=False), figures(ours=[1], slow=[3], fast=[9]))
        self.assertEqual(result["peer_name"], "fast")

    def test_target_withoutWhatItComparesWith_isUnknown(self):
        found = figures(ours=[2])
        for meets in (times_limit(3), share_of_limit(0.5), at_least(1, 15)):
            self.assertIsNone(table.result_of(Row("m", "", "", meets=meets), found)["met"])

    def test_target_isCompared(self):
        found = figures(ours=[2], limit=[1])
        self.assertTrue(table.result_of(Row("m", "", "", meets=times_limit(2)), found)["met"])
        self.assertFalse(table.result_of(Row("m", "", "", meets=times_limit(1.9)), found)["met"])

    def test_numbers(self):
        shown = [table.number(value) for value in (0.1234, 12.34, 1234, 12_345, 1_234_567, None)]
        self.assertEqual(shown, ["0.123", "12.3", "1234", "12.3 k", "1.23 M", "–"])

    def test_rowsWithoutFigures_areShown(self):
        self.assertEqual(len(table.table(table.Figures())), len(ROWS))

    def test_series_isSortedByItsNumber(self):
        found = table.Figures()
        for size in (100, 20):
            found.add(f"s.{size}", "ours", size * 2)
        self.assertEqual(found.series("s."), [(20, 40), (100, 200)])


class PlotTests(unittest.TestCase):
    def test_longerBar_forTheGreaterValue(self):
        drawing = plots.bars("t", [("ours", 1000), ("a & b", 10)], "/s")
        self.assertIn("a &amp; b", drawing)
        widths = [float(part.split('"')[0]) for part in drawing.split('y="36" width="')[1:] + drawing.split('y="58" width="')[1:]]
        self.assertGreater(widths[0], widths[1])

    def test_nothingMeasured_noPlot(self):
        self.assertIsNone(plots.bars("t", [], "/s"))
        self.assertIsNone(plots.lines("t", {"a": []}, "x", "y"))


class RunTests(unittest.TestCase):
    def run_shell(self, script):
        return bench.run(Program("shell", "python", ("sh", "-c", script)))

    def test_linesOfJSON_becomeFigures(self):
        found = self.run_shell("""echo hello; echo '{"metric": "m", "value": 3}'""")
        self.assertEqual(found, ({"m": 3}, None))

    def test_failure_saysTheLastLineOfTheErrors(self):
        self.assertEqual(self.run_shell("echo why >&2; exit 3"), ({}, "exit code 3: why"))

    def test_programThatDoesNotEnd_isEndedWithAllThatItStarted(self):
        with mock.patch.object(bench, "RUN_LIMIT", 0.5), mock.patch.object(os, "killpg", wraps=os.killpg) as killed:
            found, problem = self.run_shell("sleep 100 & sleep 100")
        self.assertEqual((found, problem), ({}, "did not end within 0.5 s"))
        with self.assertRaises(ProcessLookupError):
            for _ in range(1000):
                os.killpg(killed.call_args.args[0], 0)
                time.sleep(0.01)


class WorkTests(unittest.TestCase):
    def test_everyWork_hasOurs(self):
        for work in WORKS:
            self.assertIn("ours", [program.name for program in work.programs])


if __name__ == "__main__":
    unittest.main()
