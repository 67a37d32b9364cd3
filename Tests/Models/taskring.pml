/* The task ring: the client queues tasks in slots, workers claim them, the client may cancel one that is queued and use its slot
   again. What decides is the slot's word, which names the position at which it was queued; the ring is an index.
   See Sources/MultitaskingProcesses/Tasks/TaskRing.swift. Sequentially consistent memory. A worker may die (DEATHS) at any place
   before it has begun its task: the supervisor queues that again, here in the same ring.

   It holds that each task ends once, by being run or by being cancelled, and that none is left.

   MUTATION 1: a claim looks at the word and then changes it, in two steps.
   MUTATION 2: the head moves on before the claim, so that a death in between loses the task.
   MUTATION 3: the word becomes queued before the ring's entry is written. */
#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef TASKS
#define TASKS 3
#endif
#define SLOTS 2
#ifndef DEATHS
#define DEATHS 1
#endif
#ifndef MUTATION
#define MUTATION 0
#endif
#define POSITIONS 8
#define FREE 0
#define QUEUED 1
#define CLAIMED 2

byte entry[SLOTS];
byte status[SLOTS], ticket[SLOTS], task[SLOTS];
byte head, tail, ended, deaths;
byte runs[TASKS];

#define IS(s, p) (status[s] == QUEUED && ticket[s] == p)

inline push(s) {
    atomic { p = tail };
#if MUTATION == 3
    atomic { status[s] = QUEUED; ticket[s] = p };
    tail = p + 1;
    entry[p % SLOTS] = s
#else
    entry[p % SLOTS] = s;
    atomic { status[s] = QUEUED; ticket[s] = p };
    tail = p + 1
#endif
}

/* The client, and the supervisor's requeueing, one at a time. */
bool pushing;

proctype client() {
    byte n, s, p;
    do
    :: n == TASKS -> break
    :: else ->
        /* A free slot. */
        if
        :: atomic { status[0] == FREE -> s = 0 }
        :: atomic { status[1] == FREE -> s = 1 }
        fi;
        atomic { !pushing -> pushing = true };
        /* There must be room: entries of cancelled tasks are passed over. */
        do
        :: tail - head < SLOTS -> break
        :: else ->
            p = head;
            if
            :: tail - p >= SLOTS && !IS(entry[p % SLOTS], p) -> atomic { if :: head == p -> head = p + 1 :: else fi }
            :: else
            fi
        od;
        task[s] = n;
        push(s);
        pushing = false;
        n++;
        /* It may think better of it. */
        if
        :: atomic { status[s] == QUEUED && task[s] == n - 1 -> status[s] = FREE; runs[n - 1]++; ended++ }
        :: true
        fi
    od
}

proctype worker() {
    byte p, s, mine; bool ok;
    do
    :: ended == TASKS -> goto out
    :: else ->
        /* Sleeps as long as there is nothing. */
        tail > head || ended == TASKS;
        p = head;
        if
        :: p >= tail -> skip
        :: else ->
            s = entry[p % SLOTS];
#if MUTATION == 2
            atomic { if :: head == p -> head = p + 1; ok = true :: else -> ok = false fi };
            if :: !ok -> goto next :: else fi;
#endif
#if DEATHS
            if :: atomic { deaths < DEATHS -> deaths++ }; ok = false; goto died :: true fi;
#endif
#if MUTATION == 1
            ok = IS(s, p);
            if :: ok -> status[s] = CLAIMED; mine = task[s] :: else fi;
#else
            atomic { if :: IS(s, p) -> status[s] = CLAIMED; ok = true; mine = task[s] :: else -> ok = false fi };
#endif
#if DEATHS
            if :: atomic { deaths < DEATHS -> deaths++ }; goto died :: true fi;
#endif
            atomic { if :: head == p -> head = p + 1 :: else fi };
            if
            :: ok -> atomic { runs[mine]++; assert(runs[mine] == 1); ended++; status[s] = FREE }
            :: else
            fi
        fi;
next:   ok = false
    od;
died:
    /* It had claimed a task and not begun it. */
    if
    :: ok ->
        atomic { !pushing -> pushing = true };
        atomic { if :: head == p -> head = p + 1 :: else fi };
        do
        :: tail - head < SLOTS -> break
        :: else ->
            p = head;
            if
            :: tail - p >= SLOTS && !IS(entry[p % SLOTS], p) -> atomic { if :: head == p -> head = p + 1 :: else fi }
            :: else
            fi
        od;
        push(s);
        pushing = false
    :: else
    fi;
    ok = false;
    /* Its successor. */
    run worker();
out: skip
}

init {
    byte k;
    atomic {
        run client();
        do :: k < WORKERS -> run worker(); k++ :: else -> break od
    };
    _nr_pr == 1;
    assert(ended == TASKS);
    k = 0;
    do :: k < TASKS -> assert(runs[k] == 1); k++ :: else -> break od
}
