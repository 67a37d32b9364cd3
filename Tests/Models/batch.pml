/* Batches in a channel: a sender that publishes several places and moves the tail once for all of them, a receiver that
   empties several and moves the head once, beside a sender and a receiver of single elements, which move ends that lag.
   Either of the two that do batches may die; the supervisor then moves on what it has left behind.
   See Sources/MultitaskingProcesses/Channel/ChannelQueue+Batches.swift. Sequentially consistent memory; places become void by a death alone.

   It holds that
   - a receive that finds nothing had nothing to find: all that was sent by sends that had returned when it began was taken;
   - each element is taken once, in the order of its place;
   - the tail is never behind the head, and no end passes a place that is not used;
   - at the end nothing is left, and both ends are behind the last place.

   MUTATION 1: the batch's head is moved before the tail is behind the same places.
   MUTATION 2: an end that lags is moved on by nobody.
   MUTATION 3: the batch moves the tail as if nobody else had. */
#ifndef BATCH
#define BATCH 2
#endif
#ifndef DEATHS
#define DEATHS 0
#endif
#ifndef MUTATION
#define MUTATION 0
#endif
#define PLACES (BATCH + 1)

#define FREE 0
#define WRITING 1
#define FULL 2
#define READING 3

byte state[PLACES + 1];
byte head, tail;
byte returned, taken, unknown, voids, deaths;
bool over;

inline claim(p, ok) {
    atomic { if :: state[p] == FREE -> state[p] = WRITING; ok = true :: else -> ok = false fi }
}
inline publish(p) { atomic { assert(state[p] == WRITING); state[p] = FULL } }
inline passTail(p) {
#if MUTATION == 2
    skip
#else
    atomic { if :: tail == p -> assert(state[p] != FREE); tail = p + 1 :: else fi }
#endif
}

proctype batchSender() {
    byte start, n, t;
    bool ok;
retry:
    start = tail; n = 0;
    do
    :: n == BATCH -> break
    :: else ->
        claim(start + n, ok);
        if :: !ok -> break :: else fi;
#if DEATHS
        if :: atomic { deaths < DEATHS -> deaths++ } ->
            /* Its place becomes void: others pass it, and nothing is in it. */
            atomic { state[start + n] = READING; voids++; unknown = unknown + n }; goto died
        :: true fi;
#endif
        publish(start + n);
        n++
    od;
    if
    :: n == 0 ->
        /* Somebody is there: as a sender of single elements does. */
        if :: state[start] != FREE -> passTail(start) :: else fi;
        if :: over -> goto out :: else -> goto retry fi
    :: else
    fi;
#if DEATHS
    if :: atomic { deaths < DEATHS -> deaths++ } -> atomic { unknown = unknown + n }; goto died :: true fi;
#endif
#if MUTATION == 3
    tail = start + n;
#else
    do
    :: t = tail;
       if
       :: t >= start + n -> break
       :: else -> atomic { if :: tail == t -> tail = start + n; assert(state[start + n - 1] != FREE); break :: else fi }
       fi
    od;
#endif
    atomic { returned = returned + n; t = 0 };
    goto out;
died:
    /* The supervisor. */
    do
    :: t = tail;
       if
       :: t < PLACES && state[t] != FREE && MUTATION != 2 -> passTail(t)
       :: else -> break
       fi
    od;
out: skip
}

proctype singleSender() {
    byte p;
    bool ok;
    do
    :: p = tail;
       if :: p >= PLACES -> break :: else fi;
       claim(p, ok);
       if
       :: ok -> publish(p); passTail(p); atomic { returned++; ok = false }; break
       :: else -> passTail(p)
       fi
    od;
    over = true
}

inline moveHead(h) {
    passTail(h);
    atomic { if :: head == h -> head = h + 1; assert(tail >= head) :: else fi }
}

proctype batchReceiver() {
    byte start, n, t;
    bool ok;
    start = head; n = 0;
    do
    :: n == BATCH || start + n >= PLACES -> break
    :: else ->
        atomic {
            if
            :: state[start + n] == FULL -> state[start + n] = READING; taken++; ok = true
            :: else -> ok = false
            fi
        };
        if :: !ok -> break :: else -> n++ fi;
#if DEATHS
        if :: atomic { deaths < DEATHS -> deaths++ } -> goto died :: true fi;
#endif
    od;
    if :: n == 0 -> goto out :: else fi;
#if MUTATION != 1
    do
    :: t = tail;
       if
       :: t >= start + n -> break
       :: else -> atomic { if :: tail == t -> tail = start + n; break :: else fi }
       fi
    od;
#endif
    do
    :: t = head;
       if
       :: t >= start + n -> break
       :: else -> atomic { if :: head == t -> head = start + n; assert(tail >= head); break :: else fi }
       fi
    od;
    goto out;
died:
    do
    :: t = head;
       if
       :: t < PLACES && state[t] == READING && MUTATION != 2 -> moveHead(t)
       :: else -> break
       fi
    od;
out: skip
}

inline receive(answer) {
    atomic { seen = returned; answer = 0 };
    do
    :: answer != 0 -> break
    :: else ->
        h = head;
        if
        :: h >= PLACES -> answer = 2
        :: else ->
            if
            :: state[h] == FREE -> answer = 2
            /* What may be behind it is looked at by making it void, which the model `channel` has. */
            :: state[h] == WRITING -> if :: tail > h + 1 -> skip :: else -> answer = 2 fi
            :: state[h] == FULL ->
                atomic { if :: state[h] == FULL -> state[h] = READING; taken++; answer = 1 :: else fi };
                if :: answer == 1 -> moveHead(h) :: else fi
            :: state[h] == READING -> moveHead(h)
            fi
        fi
    od;
    atomic { assert(answer == 1 || seen <= taken); h = 0; seen = 0 }
}

proctype singleReceiver() {
    byte h, seen, answer;
    receive(answer)
}

init {
    byte h, seen, answer;
    atomic { run batchSender(); run singleSender(); run batchReceiver(); run singleReceiver() };
    _nr_pr == 1;
    do
    :: receive(answer); if :: answer == 2 -> break :: else fi
    od;
    assert(head == tail);
    assert(taken == returned + unknown);
    assert(taken + voids == head)
}
