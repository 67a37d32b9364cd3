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


class Dependency(unittest.TestCase):
    OLD = '.package(url: "https://…/swift-multitasking.git", from: "0.1.0", traits: ["Metrics"])'
    NEW = OLD.replace("0.1.0", "0.2.0")

    def test_must_name_the_version_everywhere(self):
        self.assertEqual(release.dependency_faults("0.2.0", {"README.md": self.NEW, "a.swift": self.NEW}), [])
        self.assertTrue(release.dependency_faults("0.2.0", {"README.md": self.OLD}))
        self.assertEqual(
            release.dependency_faults("0.2.0", {"README.md": self.NEW, "a.swift": self.OLD}),
            ['a.swift: from: "0.1.0" is not the version, 0.2.0'])

    def test_on_another_package_is_of_no_account(self):
        other = '.package(url: "https://…/swift-log.git", from: "1.16.0")'
        self.assertEqual(release.dependency_faults("0.2.0", {"README.md": self.NEW, "a.swift": other}), [])

    def test_must_be_in_the_readme(self):
        self.assertTrue(release.dependency_faults("0.2.0", {"README.md": self.NEW.replace("from", "branch")}))
        self.assertTrue(release.dependency_faults("0.2.0", {"README.md": "", "a.swift": self.NEW}))


class Breakage(unittest.TestCase):
    def test_is_allowed_in_a_minor_version_before_one_and_in_a_major_version_after(self):
        self.assertTrue(release.may_break("0.1.3", "0.2.0"))
        self.assertTrue(release.may_break("1.4.0", "2.0.0"))
        self.assertFalse(release.may_break("0.2.0", "0.2.1"))
        self.assertFalse(release.may_break("1.4.0", "1.5.0"))


if __name__ == "__main__":
    unittest.main()
