import MultitaskingCore

// Variables of another file are set on first use, or by the compiler: workers have them.

let elsewhere = 5
let elsewhereZero = 0
let elsewhereLater = Int("7")
private let elsewhereHidden = TaskOptions(timeout: .seconds(Int("7") ?? 0))

func elsewhereOptions() -> TaskOptions { elsewhereHidden }
