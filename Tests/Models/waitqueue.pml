/* The wait queue of a channel: NS senders put ITEMS elements each, NR receivers take them; nobody has a time limit.
   See Sources/MultitaskingProcesses/Arena/Sleeping/WaitQueue.swift. Sequentially consistent memory; the futex's count has four bits.

   A receiver may die (DEATHS) where it has slept; then the supervisor wakes all. It holds that nobody sleeps for ever while there
   is something to take.

   MUTATION 1: what a sleeper compares the futex with is read after its bit was cleared, and may have the bit again. */
#ifndef MUTATION
#define MUTATION 0
#endif
#ifndef NS
#define NS 2
#endif
#ifndef NR
#define NR 2
#endif
#ifndef ITEMS
#define ITEMS 2
#endif
#ifndef DEATHS
#define DEATHS 0
#endif
byte items, taken, sleepers, lost;
byte count;          /* the futex without its bit */
bool onway;          /* the futex's bit */
bool asleep[NR];
byte deaths;

inline wake_one(i) {
    if
    :: sleepers == 0 -> skip
    :: else ->
        do
        :: atomic { snap = count; bit1 = onway };
           if
           :: bit1 -> break
           :: else ->
              atomic { if :: (count == snap && !onway) -> count = (count + 1) % 16; onway = true; done = 1 :: else -> done = 0 fi };
              if
              :: done -> atomic { i = 0; do :: (i < NR && !asleep[i]) -> i++ :: (i < NR && asleep[i]) -> if :: asleep[i] = false; break :: i++ fi :: (i >= NR) -> break od };
                 /* The kernel wakes one if there is any. */
                 atomic { if :: (i >= NR) -> i = 0; do :: (i < NR && !asleep[i]) -> i++ :: (i < NR && asleep[i]) -> asleep[i] = false; break :: (i >= NR) -> break od :: else -> skip fi };
                 break
              :: else -> skip
              fi
           fi
        od
    fi
}

inline wake_all(i) {
    if :: sleepers == 0 -> skip
    :: else -> atomic { count = (count + 1) % 16; i = 0; do :: (i < NR) -> asleep[i] = false; i++ :: else -> break od }
    fi
}

proctype sender() {
    byte n, snap, i; bit bit1, done;
    do
    :: n < ITEMS -> items++; n++; wake_one(i)
    :: else -> break
    od
}

proctype receiver(byte me) {
    byte snap, ticket, i; bit bit1, done, ok, slept, tbit;
    do
    :: (taken + lost == NS * ITEMS) -> break
    :: else ->
        atomic { if :: items > 0 -> items--; taken++; ok = 1 :: else -> ok = 0 fi };
        if
        :: ok ->
            if :: (slept && items > 0) -> wake_one(i) :: else -> skip fi;
            slept = 0
        :: else ->
            slept = 1;
            sleepers++;
#if MUTATION != 1
            /* The ticket is what the clearing has left. */
            atomic { onway = false; ticket = count; tbit = false };
#else
            onway = false;
            atomic { ticket = count; tbit = onway };
#endif
            if
            :: items > 0 -> skip
            :: else ->
                atomic { if :: (count == ticket && onway == tbit) -> asleep[me] = true :: else -> skip fi };
end_sleep:      !asleep[me];
#if DEATHS
                if
                :: atomic { deaths < DEATHS && NR > 1 -> deaths++ }; goto dead
                :: true
                fi;
#endif
            fi;
            sleepers--;
            onway = false
        fi
    od;
    goto out;
dead:
    /* The supervisor: sleepers is left too high. */
    wake_all(i);
out: skip
}

init {
    byte k;
    atomic {
        do :: k < NS -> run sender(); k++ :: else -> break od;
        k = 0;
        do :: k < NR -> run receiver(k); k++ :: else -> break od
    }
}

active proctype monitor() {
    /* All processes but init, monitor and the sleeping receivers have ended, and there is something to take. */
    byte i, n;
    end_monitor:
    atomic {
        timeout -> 
        assert(items == 0)
    }
}
