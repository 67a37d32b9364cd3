internal import CMultitaskingClock

/// The time of an event that is written down, in nanoseconds of `CLOCK_MONOTONIC`.
///
/// Where the processor has a counter that the system itself uses as its clock, this takes 15 ns instead of 35; it is
/// off by a tenth of a microsecond at most, and may seem to run backwards by as much.
package func eventNanoseconds() -> Int64 { mt_event_nanoseconds() }
