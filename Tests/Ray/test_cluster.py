"""What the driver finds out of a cluster before it uses it. Needs Ray."""

from __future__ import annotations

import importlib.util
import os
import socket
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

from host import RAY_RESOURCES, Host
from nodes import Cluster, can_isolate

#: What tells a node or a driver how to authenticate.
_AUTHENTICATION = ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH")
#: Stand in for what asks without a token: Ray's error, and a client that meets one.
_EXCEPTIONS = "class AuthenticationError(Exception): pass"
_CLIENT = """
from ray.exceptions import *
class GcsClient:
    def __init__(self, address):
        self.fail("__init__")
    def internal_kv_get(self, key, namespace, timeout):
        self.fail("internal_kv_get")
    def fail(self, place):
        if place == "{place}":
            raise {error}
"""


class _OpenCluster(Cluster):
    """A cluster that requires no token."""

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "RAY_AUTH_MODE": "disabled"}


@unittest.skipUnless(importlib.util.find_spec("ray"), "there is no Ray")
class TokenTests(unittest.TestCase):
    """Whether a cluster requires a token."""

    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        own = mock.patch.dict(os.environ)
        own.start()
        self.addCleanup(own.stop)
        for name in _AUTHENTICATION:
            os.environ.pop(name, None)

    def hello(self, cluster: Cluster, **keys: Any) -> dict[str, Any]:
        environment = {**cluster.environment, "RAY_AUTH_MODE": "token"}
        main = RAY_RESOURCES / "swiftray" / "main.py"
        host = Host([*cluster.nodes[0].prefix, sys.executable, str(main)], environment, self.directory / "log")
        try:
            return host.hello(**{"address": cluster.address, **keys})
        finally:
            host.close()

    def start(self, cluster: Cluster) -> Cluster:
        self.addCleanup(cluster.stop)
        cluster.start()
        return cluster

    def test_a_cluster_that_requires_no_token_is_refused_unless_that_is_accepted(self) -> None:
        # Others of this network could run code on it.
        if not can_isolate():
            self.skipTest("no network namespace can be made")
        cluster = self.start(_OpenCluster((1,)))
        for address in (cluster.address, "auto"):
            with mock.patch.dict(os.environ, {"RAY_ADDRESS": cluster.address}):
                answer = self.hello(cluster, requiresToken=True, address=address)
            self.assertTrue(answer["isRefused"], answer)
            self.assertEqual(answer["reason"], "unreachable")
            self.assertIn("requires no token", answer["error"])
        self.assertFalse(self.hello(cluster, requiresToken=False)["isRefused"])

    def test_a_cluster_that_requires_a_token_is_accepted_wherever_that_comes_from(self) -> None:
        cluster = self.start(Cluster((1,)))
        answer = self.hello(cluster, requiresToken=True)
        self.assertFalse(answer["isRefused"], answer)
        # Also one that Ray would find itself.
        file = self.directory / ".ray" / "auth_token"
        file.parent.mkdir()
        file.write_text(cluster.token)
        with mock.patch.dict(os.environ, {"HOME": str(self.directory), "RAY_AUTH_TOKEN_PATH": str(file)}):
            answer = self.hello(cluster, requiresToken=True)
        self.assertFalse(answer["isRefused"], answer)

    def test_what_a_head_says_first_is_a_reason_wherever_ray_meets_it(self) -> None:
        from ray import _raylet, exceptions
        from swiftray import cluster
        from swiftray.driver import Refused

        errors: dict[str, Exception] = {
            "refuses the token: wrong": exceptions.AuthenticationError("wrong"),
            "RpcError: 404": exceptions.RpcError("404"),
        }
        for reason, error in errors.items():
            for is_in_call in (False, True):
                with (
                    self.subTest(reason, is_in_call=is_in_call),
                    socket.create_server(("127.0.0.1", 0)) as server,
                    mock.patch.object(_raylet, "GcsClient") as client,
                    self.assertRaisesRegex(Refused, reason),
                ):
                    (client.return_value.internal_kv_get if is_in_call else client).side_effect = error
                    cluster._knock(f"127.0.0.1:{server.getsockname()[1]}")

    def test_what_takes_connections_and_says_nothing_is_no_head(self) -> None:
        from swiftray import cluster
        from swiftray.driver import Refused

        with (
            socket.create_server(("127.0.0.1", 0)) as server,
            mock.patch.object(cluster, "_ANSWER", 1.0),
            self.assertRaisesRegex(Refused, "does not answer within 1 s"),
        ):
            cluster._knock(f"127.0.0.1:{server.getsockname()[1]}")

    def test_a_cluster_of_ones_own_leaves_no_session_behind(self) -> None:
        main = RAY_RESOURCES / "swiftray" / "main.py"
        host = Host([sys.executable, str(main)], {**os.environ, "TMPDIR": str(self.directory)}, self.directory / "log")
        self.addCleanup(host.close)
        self.assertFalse(host.hello(cpus=1)["isRefused"])
        root = self.directory / "ray"
        self.assertTrue(any(root.glob("session_2*")))
        host.close()
        self.assertEqual(list(root.glob("session_*")), [])

    def test_only_a_cluster_that_denies_a_call_without_a_token_requires_one(self) -> None:
        # A head that is busy, or goes away, has not denied anything.
        from swiftray import cluster
        from swiftray.driver import Refused

        package = self.directory / "ray"
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "exceptions.py").write_text(_EXCEPTIONS)
        denial = "AuthenticationError('no token')"
        failures = ("TimeoutError('late')", "OSError('refused\\nrefused\\nanswered')", "SystemExit(1)")
        with mock.patch.dict(os.environ, {"PYTHONPATH": str(self.directory), "PYTHONDONTWRITEBYTECODE": "1"}):
            for error in (denial, *failures):
                for place in ("__init__", "internal_kv_get"):
                    (package / "_raylet.py").write_text(_CLIENT.format(place=place, error=error))
                    with self.subTest(error, place=place):
                        if error == denial:
                            cluster._refuse_open("127.0.0.1:1")
                        else:
                            with self.assertRaisesRegex(Refused, "can't be determined whether .* requires a token"):
                                cluster._refuse_open("127.0.0.1:1")

    def test_a_head_that_takes_too_long_to_be_asked_is_refused(self) -> None:
        from swiftray import cluster
        from swiftray.driver import Refused

        with (
            socket.create_server(("127.0.0.1", 0)) as server,
            mock.patch.object(cluster, "_PROBE", 0.2),
            self.assertRaisesRegex(Refused, r"requires a token \(no answer within 0.2 s\): try again"),
        ):
            cluster._refuse_open(f"127.0.0.1:{server.getsockname()[1]}")


if __name__ == "__main__":
    unittest.main()
