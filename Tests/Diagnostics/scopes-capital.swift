// error: 'PerTask' is unavailable: write perTask
import Multitasking

let scopes = Scopes.PerTask
