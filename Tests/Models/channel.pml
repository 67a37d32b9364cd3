/* The places of a channel: senders claim, fill and publish them; receivers take them; whoever would have to wait for an
   unfilled place makes it void; a sender may die wherever it stands, and the supervisor settles that.
   See Sources/MultitaskingProcesses/Channel/ChannelQueue*.swift. Sequentially consistent memory, one channel, no closing.

   Any process may be slow for as long as the others run, which is what a stopped one is to them. So it holds that
   - a receive that finds nothing had nothing to find: all that was sent by sends that had returned when it began was taken;
   - elements are taken in an order that keeps that of sends which did not overlap, each once;
   - a send that finds no room finds CAPACITY elements, whatever unfilled or void places there are;
   - nobody says that a place is done with while its sender may still write there;
   - at the end each place was counted once: as an element or as a void place.

   MUTATION 1: a receiver that finds an unfilled place takes the channel for empty.
   MUTATION 2: a sender publishes by a store, whatever has become of its place.
   MUTATION 3: whoever passes a void place says that it is done with.
   MUTATION 4: the distance of the ends is taken for the number of elements.
   MUTATION 5: the void place is counted by another step than the one that passes it, and by each who passes it. */
#ifndef SENDERS
#define SENDERS 2
#endif
#ifndef RECEIVERS
#define RECEIVERS 2
#endif
#ifndef ITEMS
#define ITEMS 2       /* sends of each sender; receives of each receiver */
#endif
#ifndef CAPACITY
#define CAPACITY 0    /* 0: no bound */
#endif
#ifndef DEATHS
#define DEATHS 0
#endif
#ifndef MUTATION
#define MUTATION 0
#endif
#ifndef PLACES
#define PLACES 8
#endif

#define FREE 0
#define WRITING 1
#define FULL 2
#define READING 3
#define VOID 4

byte state[PLACES];
byte owner[PLACES];
byte element[PLACES];     /* which element was filled in */
bool done[PLACES];        /* the place's bit: nobody touches it any more */
bool filling[PLACES];     /* its sender may write to it */
byte head, tail, voids;
byte deaths;
/* What there is only for the proof. */
byte returned;            /* sends that have returned */
byte taken;               /* elements that were taken */
byte dead;                /* elements that were published by who died before it returned; nobody knows of them */
int  before[SENDERS * ITEMS];   /* the elements whose sends had returned when this one's began */
int  returnedSet, takenSet;

#define ID (me * ITEMS + n)

/* All elements in front of `t`, as far as they are in the channel now. */
inline countInside(t) {
    i = head; k = 0;
    do :: i < t -> if :: state[i] == FULL || state[i] == READING -> k++ :: else fi; i++ :: else -> break od
}

inline makeVoid(c) {
    atomic { if :: state[c] == WRITING -> state[c] = VOID :: else fi }
}

proctype sender(byte me) {
    byte n, p, i, k, h;
    bool sent;
again:
    do
    :: n == ITEMS -> goto out
    :: else ->
        atomic { before[ID] = returnedSet };
        sent = false;
        do
        :: sent -> break
        :: else ->
            p = tail;
#if CAPACITY
            h = head;
            if
            :: p >= h + CAPACITY ->
#if MUTATION == 4
                atomic { countInside(p); assert(k >= CAPACITY) };
                n++; goto again;
#endif
                /* Look at each place; make those void that are not filled. */
                i = h;
                do
                :: i < p -> makeVoid(i); i++
                :: else -> break
                od;
                atomic {
                    countInside(p);
                    if :: k >= CAPACITY -> sent = true; i = 0; k = 0 :: else -> i = 0; k = 0 fi
                };
                if :: sent -> n++; goto again :: else fi
            :: else
            fi;
#endif
            /* Senders can make each other's places void for ever; what comes after that many is not followed. */
            if :: p >= PLACES -> goto out :: else fi;
            atomic {
                if
                :: state[p] == FREE -> state[p] = WRITING; owner[p] = me; filling[p] = true; k = 1
                :: else -> k = 0
                fi
            };
            if
            :: k == 0 -> atomic { if :: tail == p -> tail = p + 1 :: else fi }
            :: else ->
#if DEATHS
                if :: atomic { deaths < DEATHS -> deaths++ }; goto died :: true fi;
#endif
                /* The filling takes a while. */
                element[p] = ID;
                filling[p] = false;
                atomic {
                    if
#if MUTATION == 2
                    :: true -> state[p] = FULL; k = 1
#else
                    :: state[p] == WRITING -> state[p] = FULL; k = 1
                    :: else -> k = 0
#endif
                    fi
                };
                if
                :: k == 0 -> done[p] = true        /* It was made void. */
                :: else ->
#if DEATHS
                    if :: atomic { deaths < DEATHS -> deaths++ }; goto died :: true fi;
#endif
                    atomic { if :: tail == p -> tail = p + 1 :: else fi };
                    atomic { returned++; returnedSet = returnedSet | (1 << ID); sent = true; k = 0 }
                fi
            fi
        od;
        n++; p = 0; i = 0; k = 0; h = 0
    od;
died:
    /* The supervisor, which finds the place in the journal. */
    atomic {
        if
        :: state[p] == WRITING -> state[p] = VOID
        :: else
        fi
    };
    if
    :: state[p] == VOID && owner[p] == me -> filling[p] = false; done[p] = true
    :: else -> dead++
    fi;
    atomic { if :: tail == p -> tail = p + 1 :: else fi };
out: skip
}

/* Moves the head past a place; whether it is void decides what is counted, in the same step. */
inline moveHead(h, isVoid) {
    atomic { if :: tail == h -> tail = h + 1 :: else fi };
#if MUTATION == 5
    if :: isVoid -> voids++ :: else fi;
    atomic { if :: head == h -> head = h + 1 :: else fi }
#else
    atomic { if :: head == h -> head = h + 1; if :: isVoid -> voids++ :: else fi :: else fi }
#endif
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
            s = state[h];
            if
            :: s == FREE -> answer = 2
            :: s == FULL ->
                atomic {
                    if
                    :: state[h] == FULL ->
                        state[h] = READING; answer = 1;
                        assert((takenSet & (1 << element[h])) == 0);
                        assert((before[element[h]] & ~takenSet) == 0);
                        taken++; takenSet = takenSet | (1 << element[h])
                    :: else
                    fi
                };
                if :: answer == 1 -> moveHead(h, false); done[h] = true :: else fi
            :: s == READING -> moveHead(h, false)
            :: s == VOID ->
#if MUTATION == 3
                atomic { assert(!filling[h]); done[h] = true };
#endif
                moveHead(h, true)
            :: s == WRITING ->
#if MUTATION == 1
                answer = 2
#else
                if :: tail > h + 1 -> makeVoid(h) :: else -> answer = 2 fi
#endif
            fi
        fi
    od;
    /* Nothing was there: all that had been sent before was taken. */
    atomic { assert(answer == 1 || seen <= taken); h = 0; s = 0; seen = 0 }
}

proctype receiver() {
    byte n, h, s, seen, answer;
    do
    :: n == ITEMS -> break
    :: else -> receive(answer); answer = 0; n++
    od
}

init {
    byte k, h, s, seen, answer;
    atomic {
        do :: k < SENDERS -> run sender(k); k++ :: else -> break od;
        k = 0;
        do :: k < RECEIVERS -> run receiver(); k++ :: else -> break od
    };
    _nr_pr == 1;
    /* What is left. */
    do
    :: receive(answer); if :: answer == 2 -> break :: else fi
    od;
    assert(head == tail);
    assert(taken + voids == tail);
    assert(taken == returned + dead);
    k = 0;
    do :: k < tail -> assert(done[k]); k++ :: else -> break od
}
