import Glibc

// Runs tasks and channels on process pools while their workers, supervisors and clients die, and checks what must hold
// all the same: see `Invariant`. Three roles of one program:
//
//     chaos [--minutes M] [--seed N]           the driver: runs rounds, adds up, exits with 1 if anything did not hold
//     chaos client <seed> <round> <fate>       the program that uses pools, one for each round
//     chaos striker <seed> <round> <pid> <tag> kills, stops and continues the processes of a client's pools
@main
struct ChaosProgram {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        let numbers = arguments.dropFirst().compactMap { UInt64($0) }
        switch arguments.first {
        case "client" where numbers.count >= 2:
            var client = Client(seed: numbers[0], round: numbers[1], isDoomed: arguments.last == "doomed")
            client.run()
            exit(0)
        case "striker" where arguments.count == 5 && numbers.count >= 3:
            var striker = Striker(
                client: pid_t(numbers[2]), tag: arguments[4], seed: numbers[0], round: numbers[1])
            striker.run()
            exit(0)
        default:
            guard let settings = Settings(arguments) else {
                print(Settings.usage)
                exit(2)
            }
            var driver = Driver(settings)
            exit(driver.run())
        }
    }
}
