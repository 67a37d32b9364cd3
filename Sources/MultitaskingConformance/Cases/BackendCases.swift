/// What is expected of the description of a backend itself.
let backendCases: [ConformanceCase] = [
    ConformanceCase(
        "backend.leavesOutOnlyWhatThereIs", duty: "ConformanceBackend.omissions",
        "Every case that the backend leaves out by name exists, and every reason is given."
    ) { trial in
        let names = Set(Conformance.allCases.map(\.name))
        for omission in trial.backend.omissions {
            trial.expect(!omission.reason.isEmpty, "expected a reason for leaving out \(omission.subject); it is empty")
            if case .conformanceCase(let name) = omission.subject {
                trial.expect(
                    names.contains(name), "expected a case of the name \(name), which is left out; there is none")
            }
        }
    }
]
