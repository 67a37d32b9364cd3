"""Tests of the driver: `python3 -m unittest discover -s Benchmarks/Driver`."""

import os
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock

import bench
import conditions
import plots
import table
from conditions import Condition, control_group, under
from works import BUSY_WORKS, ROWS, WORKS, Program, Row, Work, at_least, share_of_limit, times_limit


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


def children():
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


class ConditionTests(unittest.TestCase):
    def test_load_runsSoManyProcesses_andEndsThem(self):
        before = children()
        with under(Condition("", load=3)) as prefix:
            self.assertEqual(len(children() - before), 3)
            self.assertEqual(prefix, ())
        self.assertEqual(children(), before)

    def test_niceness_isThatOfTheProgram(self):
        program = Program("shell", "python", ("sh", "-c", """echo '{"metric": "nice", "value": '$(nice)'}'"""))
        with under(Condition("", niceness=7)) as prefix:
            self.assertEqual(bench.run(program, prefix), ({"nice": os.nice(0) + 7}, None))

    def test_load_givesProgramsMoreTime(self):
        with mock.patch.object(bench, "RUN_LIMIT", 0.2):
            program = Program("shell", "python", ("sleep", "0.4"))
            self.assertEqual(bench.run(program, load=8), ({}, None))
            self.assertEqual(bench.run(program)[1], "did not end within 0.2 s")

    def test_controlGroup_ofBothVersions(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "cpu/mine").mkdir(parents=True)
            group, files = control_group("4:cpu,cpuacct:/mine\n0::/\n", root)
            self.assertEqual((group.parent, files), (root / "cpu/mine", ("cpu.cfs_quota_us",)))
            group, files = control_group("0::/\n", root)
            self.assertEqual((group.parent, files), (root, ("cpu.max",)))
            with self.assertRaises(OSError):
                control_group("", root)

    def test_conditionThatTheMachineCannotHold_isLeftOut(self):
        with mock.patch.object(conditions, "quota", side_effect=OSError("no")):
            self.assertEqual(bench.measure_busy([Condition("quota", cores=1.5)], WORKS), {})

    def test_busyWorks_areMeasuredUnderEachCondition(self):
        shell = Program("ours", "ours", ("/bin/sh", "-c", """echo '{"metric": "w1.free", "value": 2}'"""))
        work = Work("w1", "", (shell,))
        found = bench.measure_busy([Condition("1 busy", load=1)], [work])
        self.assertEqual(found["1 busy"][0].samples, {"w1.free": {"ours": [2, 2, 2]}})

    def test_busyTable_comparesWithTheSameRun_andSaysWhetherTheTargetIsMet(self):
        idle, busy = table.Figures(), table.Figures()
        for figures, ours in ((idle, 1), (busy, 6)):
            figures.add("w1.free", "ours", ours)
            figures.add("w1.free", "limit", 1)
        headings, *lines = table.busy_table(idle, {"8 busy": (busy, {})})
        self.assertEqual(headings, ("work", "idle", "8 busy", "target, 8 busy", "met"))
        line = next(line for line in lines if line[0].startswith("W1 one task, worker awake"))
        self.assertEqual(line[1:], ("1 µs (1 × limit)", "6 µs (6 × limit)", "≤ 5 × limit", "no"))
        self.assertEqual(len(lines), sum(row.metric.split(".")[0] in BUSY_WORKS for row in ROWS))


class WorkTests(unittest.TestCase):
    def test_everyWork_hasOurs(self):
        for work in WORKS:
            self.assertIn("ours", [program.name for program in work.programs])


if __name__ == "__main__":
    unittest.main()
