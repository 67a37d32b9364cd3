// A client may give any duration. What is given is clamped before it is added to an instant or handed to the system,
// both of which trap, or wait for no time at all, where the numbers do not fit.

extension Duration {
    /// The longest wait there is, about a hundred years: far enough away, and added to any instant it still fits.
    package static var longestWait: Duration { .seconds(100 * 365 * 86_400) }

    /// This duration as a time to wait: not negative, and at most ``longestWait``.
    package var clampedForWaiting: Duration { min(max(self, .zero), .longestWait) }
}
