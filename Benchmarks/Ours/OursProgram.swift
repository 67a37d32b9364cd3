import Reporting

/// Measures one of the works on this package's pools: `ours w1`.
@main
enum OursProgram {
    static func main() throws {
        try runWork([
            "w1": oneTask, "w2": manyTasks, "w10": millionTasks,
            "w3": echoes, "w4": arrayAsResult, "zstd": compressionBreakEven,
            "w5": queues, "w6": cancelEvent,
            "w7": startAndStop, "w9": reportOfCrash, "cow": copyOnWrite, "idle": idleCost,
            "w8": primesSpeedUp,
            "w11": threads, "w12": streams, "w13": sharedInput, "w14": sharedResult, "w15": selecting, "w16": batches,
            "w17": recording, "w18": counting,
            "grow-workers": growWorkers, "grow-tasks": growTasks, "grow-queue": growQueue,
        ])
    }
}
