// What tasks are called, print and throw may come from strangers. Text that this package composes for people, which may
// read it at a terminal, shows such characters as question marks; names, messages and outputs themselves stay as they
// are.

extension Unicode.Scalar {
    /// Whether a terminal may do something else with it than show it, such as turn the direction of writing around.
    package var drivesTerminal: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        // The one that joins emoji is harmless.
        case .format: value != 0x200D
        default: false
        }
    }
}

extension String {
    /// The text as a part of a line.
    package var printable: String { printable { _ in false } }

    /// The text in lines as it is, with its tabs.
    package var printableLines: String { printable { $0 == "\n" || $0 == "\t" } }

    private func printable(_ isKept: (Unicode.Scalar) -> Bool) -> String {
        func isHarmless(_ scalar: Unicode.Scalar) -> Bool { isKept(scalar) || !scalar.drivesTerminal }
        if unicodeScalars.allSatisfy(isHarmless) { return self }
        return String(String.UnicodeScalarView(unicodeScalars.map { isHarmless($0) ? $0 : "?" }))
    }
}
