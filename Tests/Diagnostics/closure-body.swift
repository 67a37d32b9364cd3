// error: no exact matches in call to instance method 'submit'
import Multitasking

let pool = try ProcessPool(maxWorkers: 1)
_ = try pool.submit(1, "x") { (number, text) in number + text }
