/* Idle workers: a worker that finds nothing searches for a while, then sets its parked bit, looks once more, and sleeps on its
   doorbell. The client queues a task and wakes a parked worker, unless one searches.
   See Sources/MultitaskingProcesses/Arena/IdleWorkers.swift and Worker.swift. Sequentially consistent memory: the fences on both
   sides are in the code for that.

   It holds that no task waits for ever while a worker sleeps, also if a worker dies (DEATHS) anywhere between two tasks: the
   supervisor clears its bits and wakes another one if there is work.

   MUTATION 1: a worker that has ended its search does not look at the queue again.
   MUTATION 2: a worker sleeps without a look after it has set its bit.
   MUTATION 3: the supervisor forgets the bits of the dead. */
#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef TASKS
#define TASKS 3
#endif
#ifndef DEATHS
#define DEATHS 1
#endif
#ifndef MUTATION
#define MUTATION 0
#endif

byte queued, taken;
bool parked[WORKERS], searching[WORKERS], asleep[WORKERS];
byte bell[WORKERS];
byte deaths;

inline wakeSleeping(i, has) {
    i = 0;
    do
    :: i == WORKERS -> break
    :: else ->
        atomic { has = parked[i]; parked[i] = false };
        if
        :: has -> atomic { bell[i] = (bell[i] + 1) % 8 }; asleep[i] = false; break
        :: else -> i++
        fi
    od
}

inline wakeOne(i, has) {
    /* fence */
    has = false; i = 0;
    do
    :: i == WORKERS || has -> break
    :: else -> has = searching[i]; i++
    od;
    if :: has -> skip :: else -> wakeSleeping(i, has) fi
}

proctype client() {
    byte n, i; bool has;
    do
    :: n == TASKS -> break
    :: else -> queued++; n++; wakeOne(i, has)
    od
}

proctype worker(byte me) {
    byte ticket, i; bool has, found;
    do
    :: atomic { if :: queued > 0 -> queued--; taken++; found = true :: else -> found = false fi };
        if
        :: found -> skip
        :: else ->
            searching[me] = true;
            /* Searches for as long as it likes. */
            do
            :: queued > 0 -> break
            :: break
            od;
#if DEATHS
            if :: atomic { deaths < DEATHS -> deaths++ }; goto died :: true fi;
#endif
            searching[me] = false;   /* fence */
#if MUTATION != 1
            if :: queued > 0 -> goto next :: else fi;
#endif
            ticket = bell[me];
            parked[me] = true;       /* fence */
#if MUTATION != 2 && MUTATION != 1
            if :: queued > 0 -> parked[me] = false; goto next :: else fi;
#endif
            atomic { if :: bell[me] == ticket -> asleep[me] = true :: else fi };
end_sleep:  !asleep[me];
#if DEATHS
            if :: atomic { deaths < DEATHS -> deaths++ }; goto died :: true fi;
#endif
            parked[me] = false
        fi;
next:   skip
    od;
died:
    /* The supervisor, and the successor, which looks at the queue first. */
#if MUTATION != 3
    parked[me] = false; searching[me] = false;
#endif
    if :: queued > 0 -> wakeOne(i, has) :: else fi
}

/* As long as the dead one's successor is not there, others must do its work. */
init {
    byte k;
    atomic {
        run client();
        do :: k < WORKERS -> run worker(k); k++ :: else -> break od
    }
}

active proctype monitor() {
end_monitor:
    atomic { timeout -> assert(queued == 0) }
}
