/// A table of text: the first column is aligned to the left, the others to the right.
struct TextTable {
    /// How wide a table may be.
    static let width = 100

    private var rows: [[String]]
    /// What stands below.
    var note: String?

    init(_ headings: [String]) { rows = [headings] }

    /// Whether there is nothing below the headings.
    var isEmpty: Bool { rows.count == 1 }

    /// Adds a row of as many cells as there are headings.
    mutating func add(_ row: [String]) { rows.append(row.map(\.printableLines)) }

    /// The lines of the table. What is too wide is cut in the first column, then at the end of the line.
    var text: String {
        let columns = rows[0].indices
        var widths = columns.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let inner = widths.dropFirst().reduce(0, +)
        let gap = widths[0] + inner + 2 * (columns.count - 1) <= Self.width ? 2 : 1
        widths[0] = max(1, min(widths[0], Self.width - inner - gap * (columns.count - 1)))
        let lines = rows.map { row in
            let cells = columns.map { column in
                let cell = column == 0 ? Self.cut(row[0], to: widths[0]) : row[column]
                let space = String(repeating: " ", count: max(0, widths[column] - cell.count))
                return column == 0 ? cell + space : space + cell
            }
            return Self.cut(cells.joined(separator: String(repeating: " ", count: gap)))
        }
        return (lines + [note].compactMap(\.self)).joined(separator: "\n")
    }

    /// A line that fits; what is longer ends in dots. Line breaks become spaces.
    static func cut(_ text: String, to width: Int = Self.width) -> String {
        let line = String(text.map { $0.isNewline ? " " : $0 })
        return line.count <= width ? line : line.prefix(max(0, width - 1)) + "…"
    }
}
