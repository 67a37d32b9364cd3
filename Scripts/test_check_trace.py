import copy
import unittest

import check_trace as check


def meta(name, pid, tid, text):
    return {"ph": "M", "pid": pid, "tid": tid, "ts": 0.0, "name": name, "args": {"name": text}}


def piece(name, pid, tid, start, duration):
    return {"ph": "X", "pid": pid, "tid": tid, "ts": start, "name": name, "dur": duration}


def arrow(number, name, start, end):
    common = {"name": name, "cat": name, "id": number}
    return [{"ph": "s", "pid": start[0], "tid": start[1], "ts": start[2], **common},
            {"ph": "f", "pid": end[0], "tid": end[1], "ts": end[2], "bp": "e", **common}]


def right():
    """A trace that is right: a task of a worker that sends a message to another one."""
    return [
        meta("process_name", 1, 0, "client"), meta("thread_name", 1, 1, "submitted"),
        meta("process_name", 2, 0, "worker 0"), meta("thread_name", 2, 2, "worker 0"),
        meta("process_name", 3, 0, "worker 1"), meta("thread_name", 3, 3, "worker 1"),
        piece("work", 1, 1, 1.0, 0.001),
        piece("work", 2, 2, 5.0, 10.0), piece("decoding", 2, 2, 5.0, 1.0), piece("running", 2, 2, 6.0, 8.0),
        piece("encoding", 2, 2, 14.0, 1.0), piece("send channel 0", 2, 2, 7.0, 0.5),
        piece("receive channel 0", 3, 3, 2.0, 6.0),
        *arrow(1, "task", (1, 1, 1.0), (2, 2, 5.0)), *arrow(2, "message", (2, 2, 7.0), (3, 3, 7.999)),
        {"ph": "i", "pid": 3, "tid": 3, "ts": 9.0, "name": "crash", "s": "p"},
        {"ph": "C", "pid": 1, "tid": 0, "ts": 3.0, "name": "tasks", "args": {"queued": 1, "running": 0}},
        {"ph": "C", "pid": 1, "tid": 0, "ts": 4.0, "name": "tasks", "args": {"queued": 0, "running": 1}},
    ]


class Trace(unittest.TestCase):
    def assert_broken(self, events, text):
        found = list(check.problems(events))
        self.assertTrue(any(text in each for each in found), found)

    def test_that_is_right_is_accepted(self):
        self.assertEqual(list(check.problems(right())), [])
        needed = ["slice:running", "arrow:message", "arrow:task", "counter:tasks", "instant:crash", "slice:send"]
        self.assertEqual(list(check.missing(right(), needed)), [])

    def test_without_something_that_is_needed_is_refused(self):
        for kind, needed in [("i", "instant:crash"), ("C", "counter:tasks"), ("f", "arrow:task"), ("X", "slice:work")]:
            self.assertTrue(list(check.missing([each for each in right() if each["ph"] != kind], [needed])), needed)

    def test_whose_slices_overlap_is_refused(self):
        self.assert_broken(right() + [piece("late", 2, 2, 14.5, 2.0)], "behind 'encoding'")
        self.assert_broken(right() + [piece("early", 2, 2, 4.0, 2.0)], "behind 'early'")

    def test_with_an_arrow_that_ends_beside_its_slice_is_refused(self):
        for end in [(3, 3, 8.0), (3, 3, 8.5), (3, 3, 1.0), (9, 9, 7.5)]:
            self.assert_broken(right() + arrow(3, "message", (2, 2, 7.0), end), "where no slice is")

    def test_with_an_arrow_of_one_end_or_three_is_refused(self):
        events = right()
        self.assert_broken([each for each in events if each["ph"] != "f"], "has one end")
        self.assert_broken(events + [each for each in events if each["ph"] == "f"], "two ends")

    def test_with_an_arrow_back_in_time_is_refused(self):
        self.assert_broken(right() + arrow(3, "message", (2, 2, 7.0), (3, 3, 3.0)), "back in time")

    def test_with_a_time_before_the_beginning_is_refused(self):
        self.assert_broken(right() + [piece("early", 2, 2, -1.0, 0.5)], "before the beginning")
        self.assert_broken(right() + [piece("backwards", 2, 2, 50.0, -0.5)], "before it begins")

    def test_whose_counter_goes_back_or_is_no_number_is_refused(self):
        counter = {"ph": "C", "pid": 1, "tid": 0, "ts": 2.0, "name": "tasks", "args": {"queued": 1}}
        self.assert_broken(right() + [counter], "goes back in time")
        self.assert_broken(right() + [{**counter, "ts": 9.0, "args": {"queued": "many"}}], "not of numbers")
        self.assert_broken(right() + [{**counter, "ts": 9.0, "args": {}}], "not of numbers")

    def test_with_a_track_or_process_without_name_is_refused(self):
        self.assert_broken(right() + [piece("lost", 2, 7, 1.0, 1.0)], "has no name")
        events = [each for each in right() if each.get("name") != "process_name" or each["pid"] != 3]
        self.assert_broken(events, "process 3 has no name")

    def test_with_an_event_that_lacks_something_is_refused(self):
        for index, key in [(6, "dur"), (6, "ts"), (13, "id"), (14, "bp"), (17, "s"), (18, "args"), (6, "ph")]:
            events = copy.deepcopy(right())
            del events[index][key]
            self.assert_broken(events, "lacks")

    def test_that_is_no_array_is_refused(self):
        self.assert_broken({}, "not an array")

    def test_that_was_cut_off_gives_what_is_whole(self):
        import json
        lines = "[\n" + ",\n".join(json.dumps(each) for each in right())
        self.assertEqual(check.load(lines, True), right())
        self.assertEqual(check.load(lines + ",\n", True), right())
        self.assertEqual(check.load(lines[:-30], True), right()[:-1])
        with self.assertRaises(json.JSONDecodeError):
            check.load(lines, False)


if __name__ == "__main__":
    unittest.main()
