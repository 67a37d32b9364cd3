// The C library's streams are variables, which Swift would not let be read otherwise.
@unsafe @preconcurrency import Glibc

func printError(_ text: String) { unsafe fputs(text, stderr) }
