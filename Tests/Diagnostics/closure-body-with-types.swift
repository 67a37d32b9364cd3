// error: cannot convert value of type 'Int' to expected argument type 'String'
import Multitasking

let pool = try ProcessPool(maxWorkers: 1)
_ = try pool.submit(1, "x") { (number: Int, text: String) -> String in number + text }
