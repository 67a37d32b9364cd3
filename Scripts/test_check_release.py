import unittest

import check_release as release


class Version(unittest.TestCase):
    def test_of_another_form_is_refused(self):
        for version in ["", "1", "0.2", "v0.2.0", "0.2.0-beta"]:
            self.assertTrue(release.version_faults(version, []), version)

    def test_that_is_new_is_right(self):
        self.assertEqual(release.version_faults("0.2.0", ["0.1.0", "nightly"]), [])

    def test_that_is_tagged_or_lower_is_refused(self):
        self.assertTrue(release.version_faults("0.2.0", ["0.2.0"]))
        self.assertTrue(release.version_faults("0.9.0", ["0.10.0"]))


class Changelog(unittest.TestCase):
    def test_with_a_dated_entry_is_right(self):
        text = "# Changelog\n\n## 0.2.0 - 2026-11-26\n\n### Added\n\n- a thing\n\n## 0.1.0\n"
        self.assertEqual(release.changelog_faults("0.2.0", text), [])
        self.assertEqual(release.changelog_faults("0.2.0", text.replace("0.2.0", "[0.2.0]")), [])

    def test_without_date_entry_or_section_is_refused(self):
        for text in ["", "## Unreleased\n\n- a\n", "## 0.2.0 (not released)\n\n- a\n", "## 0.2.0 - 2026-11-26\n",
                     "## 0.1.0 - 2026-11-26\n\n- a\n", "## 0.2.0 - 2026-11-26\n\n## 0.1.0\n\n- a\n"]:
            self.assertTrue(release.changelog_faults("0.2.0", text), text)


class Readme(unittest.TestCase):
    def test_must_name_the_version(self):
        self.assertEqual(release.readme_faults("0.2.0", '.package(url: "…", from: "0.2.0")'), [])
        self.assertTrue(release.readme_faults("0.2.0", '.package(url: "…", from: "0.1.0")'))
        self.assertTrue(release.readme_faults("0.2.0", '.package(url: "…", branch: "main")'))


class Breakage(unittest.TestCase):
    def test_is_allowed_in_a_minor_version_before_one_and_in_a_major_version_after(self):
        self.assertTrue(release.may_break("0.1.3", "0.2.0"))
        self.assertTrue(release.may_break("1.4.0", "2.0.0"))
        self.assertFalse(release.may_break("0.2.0", "0.2.1"))
        self.assertFalse(release.may_break("1.4.0", "1.5.0"))


if __name__ == "__main__":
    unittest.main()
