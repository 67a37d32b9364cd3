import MultitaskingSystem
import Testing

@Suite("What this process may use, read from a system's files")
struct UsableResourcesTests {
    private static let version2 = (root: "/", point: "/sys/fs/cgroup", system: "cgroup2 cgroup2 rw,nsdelegate")

    @Test("Without /proc and without groups, the machine decides")
    func nothingToRead() throws {
        let system = try FakeSystem([:])
        let resources = system.resources(cores: 8, memory: 1 << 33)
        #expect(resources.cores == 8)
        #expect(resources.wholeCores == 8)
        #expect(resources.memory.number == 1 << 33)
        #expect(system.processes == nil)
    }

    @Test("One process has no more memory than its own limits allow")
    func ownLimits() throws {
        let resources = try FakeSystem([:]).resources(memory: 1 << 33)
        #expect(resources.ownMemory(addressSpace: nil, data: nil) == 1 << 33)
        #expect(resources.ownMemory(addressSpace: 1 << 30, data: nil) == 1 << 30)
        #expect(resources.ownMemory(addressSpace: 1 << 40, data: 1 << 31) == 1 << 31)
    }

    @Test(
        "A quota of version 2 is rounded up for workers and down for spinning",
        arguments: [
            ("200000 100000", 2, 2), ("250000 100000", 3, 2), ("50000 100000", 1, 1), ("max 100000", 64, 64),
            ("400000", 4, 4), ("nonsense", 64, 64), ("", 64, 64), ("-1 100000", 64, 64), ("100000 0", 64, 64),
        ])
    func quota(_ text: String, _ cores: Int, _ whole: Int) throws {
        let system = try FakeSystem(
            cgroup: "0::/\n", mounts: [Self.version2], ["/sys/fs/cgroup/cpu.max": text + "\n"])
        #expect(system.resources().cores == cores)
        #expect(system.resources().wholeCores == whole)
        #expect(system.resources().reachableCores == 64)
    }

    @Test("Of nested groups of version 2, the narrowest counts, wherever it stands")
    func nestedVersion2() throws {
        let system = try FakeSystem(
            cgroup: "0::/outer/middle/inner\n", mounts: [Self.version2],
            [
                "/sys/fs/cgroup/outer/cpu.max": "max 100000\n",
                "/sys/fs/cgroup/outer/middle/cpu.max": "300000 100000\n",
                "/sys/fs/cgroup/outer/middle/inner/cpu.max": "800000 100000\n",
                "/sys/fs/cgroup/outer/memory.max": "419430400\n",
                "/sys/fs/cgroup/outer/middle/inner/memory.max": "max\n",
                "/sys/fs/cgroup/outer/middle/inner/pids.max": "100\n",
                "/sys/fs/cgroup/outer/middle/pids.max": "50\n",
            ])
        let resources = system.resources()
        #expect(resources.cores == 3)
        #expect(resources.memory.number == 400 << 20)
        #expect(resources.memory.source.contains("/sys/fs/cgroup/outer/memory.max"))
        #expect(system.processes?.number == 50)
    }

    @Test("There are no more threads than the narrowest of all limits has room for")
    func threads() throws {
        let kernel = [
            "/proc/sys/kernel/threads-max": "190000\n", "/proc/sys/kernel/pid_max": "4194304\n",
            "/proc/sys/vm/max_map_count": "65530\n",
        ]
        let mapped = try #require(try FakeSystem(kernel).threadLimit())
        #expect(mapped.number == 32_765 && mapped.source.contains("vm.max_map_count"))
        let group = try FakeSystem(
            cgroup: "0::/a\n", mounts: [Self.version2], kernel.merging(["/sys/fs/cgroup/a/pids.max": "500\n"]) { $1 })
        let limited = try #require(group.threadLimit())
        #expect(limited.number == 500 && limited.source.contains("/a/pids.max"))
        #expect(try FakeSystem([:]).threadLimit() == nil)
    }

    @Test("Memory above memory.high is not counted on")
    func memoryHigh() throws {
        let system = try FakeSystem(
            cgroup: "0::/a\n", mounts: [Self.version2],
            ["/sys/fs/cgroup/a/memory.max": "1000000\n", "/sys/fs/cgroup/a/memory.high": "900000\n"])
        #expect(system.resources().memory.number == 900_000)
    }

    @Test("Groups of version 1 are walked up, each controller in its own hierarchy")
    func nestedVersion1() throws {
        let system = try FakeSystem(
            cgroup: "5:memory:/m/in\n4:cpu,cpuacct:/c/in\n3:pids:/p\n1:name=systemd:/x\n",
            mounts: [
                ("/", "/sys/fs/cgroup/cpu,cpuacct", "cgroup cgroup rw,cpu,cpuacct"),
                ("/", "/sys/fs/cgroup/memory", "cgroup cgroup rw,memory"),
                ("/", "/sys/fs/cgroup/pids", "cgroup cgroup rw,pids"),
                ("/", "/sys/fs/cgroup/systemd", "cgroup cgroup rw,name=systemd"),
            ],
            [
                "/sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_quota_us": "150000\n",
                "/sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_period_us": "50000\n",
                "/sys/fs/cgroup/cpu,cpuacct/c/in/cpu.cfs_quota_us": "-1\n",
                "/sys/fs/cgroup/cpu,cpuacct/c/in/cpu.cfs_period_us": "100000\n",
                "/sys/fs/cgroup/memory/m/memory.limit_in_bytes": "2000000\n",
                "/sys/fs/cgroup/memory/m/in/memory.limit_in_bytes": "9223372036854771712\n",
                "/sys/fs/cgroup/pids/p/pids.max": "max\n",
            ])
        let resources = system.resources()
        #expect(resources.cores == 3)
        #expect(resources.memory.number == 2_000_000)
        #expect(system.processes == nil)
    }

    @Test("A limit of version 1 above what is mounted is seen in memory.stat")
    func hiddenVersion1() throws {
        let system = try FakeSystem(
            cgroup: "5:memory:/kubepods/pod1/c1\n",
            mounts: [("/kubepods/pod1/c1", "/sys/fs/cgroup/memory", "cgroup cgroup rw,memory")],
            [
                "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
                "/sys/fs/cgroup/memory/memory.stat": "cache 12\nhierarchical_memory_limit 3000000\nrss 4\n",
            ])
        #expect(system.resources().memory.number == 3_000_000)
    }

    @Test(
        "In a container that sees its group at the mount point, that is where the limits are",
        arguments: [("/", "/"), ("/docker/0123", "/docker/0123"), ("/", "/../elsewhere"), ("/docker/0123", "/")])
    func container(_ root: String, _ path: String) throws {
        let system = try FakeSystem(
            cgroup: "0::\(path)\n", mounts: [(root, "/sys/fs/cgroup", "cgroup2 cgroup rw")],
            ["/sys/fs/cgroup/cpu.max": "200000 100000\n", "/sys/fs/cgroup/memory.max": "419430400\n"])
        #expect(system.resources().cores == 2)
        #expect(system.resources().memory.number == 400 << 20)
    }

    @Test("Where version 2 is mounted as usual, the list of mounts is not needed", arguments: ["/", "/a/b"])
    func usualMount(_ path: String) throws {
        let system = try FakeSystem(
            cgroup: "0::\(path)\n",
            [
                "/sys/fs/cgroup/cgroup.controllers": "cpu memory\n",
                "/sys/fs/cgroup/a/b/cgroup.controllers": "cpu memory\n",
                "/sys/fs/cgroup/cpu.max": "600000 100000\n", "/sys/fs/cgroup/a/cpu.max": "500000 100000\n",
            ])
        #expect(system.resources().cores == (path == "/" ? 6 : 5))
    }

    @Test("A group whose directory cannot be seen is bound by those above it that can")
    func missingDirectory() throws {
        let system = try FakeSystem(
            cgroup: "0::/gone/away\n", mounts: [Self.version2], ["/sys/fs/cgroup/cpu.max": "500000 100000\n"])
        #expect(system.resources().cores == 5)
    }

    @Test("Of two mounts of a hierarchy, the one that shows the group is read")
    func twoMounts() throws {
        let system = try FakeSystem(
            cgroup: "0::/docker/1/app\n",
            mounts: [
                ("/docker/2", "/mnt/other", "cgroup2 cgroup rw"), ("/docker/1", "/sys/fs/cgroup", "cgroup2 cgroup rw"),
            ],
            ["/mnt/other/cpu.max": "100000 100000\n", "/sys/fs/cgroup/app/cpu.max": "700000 100000\n"])
        #expect(system.resources().cores == 7)
    }

    @Test("A mount point with a space is found")
    func escapedMountPoint() throws {
        let system = try FakeSystem(
            cgroup: "0::/\n", mounts: [("/", "/my\\040groups", "cgroup2 cgroup rw")],
            ["/my groups/cpu.max": "100000 100000\n"])
        #expect(system.resources().cores == 1)
    }

    @Test("A hybrid system has the limits of both versions")
    func hybrid() throws {
        let system = try FakeSystem(
            cgroup: "5:memory:/a\n0::/b\n",
            mounts: [
                ("/", "/sys/fs/cgroup/memory", "cgroup cgroup rw,memory"),
                ("/", "/sys/fs/cgroup/unified", "cgroup2 cgroup2 rw"),
            ],
            [
                "/sys/fs/cgroup/memory/a/memory.limit_in_bytes": "5000000\n",
                "/sys/fs/cgroup/unified/b/cpu.max": "300000 100000\n",
            ])
        #expect(system.resources().cores == 3)
        #expect(system.resources().memory.number == 5_000_000)
    }

    @Test(
        "Affinity counts, and a quota below it counts more",
        arguments: [("0000000f", "max", 4), ("f,0000000f", "300000", 3)])
    func affinity(_ mask: String, _ quota: String, _ cores: Int) throws {
        let system = try FakeSystem(
            cgroup: "0::/\n", mounts: [Self.version2],
            [
                "/proc/self/status": "Name:\tx\nCpus_allowed:\t\(mask)\nCpus_allowed_list:\t0-3\n",
                "/sys/fs/cgroup/cpu.max": "\(quota) 100000\n",
            ])
        #expect(system.resources().cores == cores)
    }

    @Test("What is read of this very machine makes sense")
    func thisMachine() {
        let resources = UsableResources.current
        #expect(resources.cores >= 1 && resources.cores <= UsableResources.onlineCores)
        #expect(resources.memory.number > 0 && resources.memory.number <= UsableResources.physicalMemory)
    }

    @Test("Reading it all takes no noticeable time")
    func readingTime() {
        let clock = ContinuousClock()
        let best = (0..<20).map { _ in clock.measure { _ = UsableResources(SystemFiles()) } }.min()
        // A tenth of that in an optimized build on a machine that has nothing else to do.
        #expect(best ?? .zero < .milliseconds(20))
        print("reading what may be used takes \(best ?? .zero)")
    }
}
