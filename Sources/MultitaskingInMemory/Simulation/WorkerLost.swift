/// What a call into the simulation throws when the caller's worker has died: it ends the task's function, whose result
/// nobody reads anymore.
struct WorkerLost: Error {}
