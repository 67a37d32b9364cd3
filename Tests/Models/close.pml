/* Close against send: who closes a channel sets the flag and then looks at places; who sends claims a place and then looks at
   the flag. See ChannelQueue.send and ProcessChannel.close. Each process has a store buffer of one entry for its own change,
   which others see when it is flushed: that is how processors reorder a write and a later read ("store buffering"). An ordered
   exchange, or a fence, flushes before what follows.

   It holds that a place whose sender goes on to publish is seen by who closes: a receiver that has found a closed channel empty
   may leave for good.

   MUTATION 1: the sender's exchange only acquires and releases.
   MUTATION 2: who closes has no fence. */
#ifndef MUTATION
#define MUTATION 0
#endif

bool claimed, closed;               /* in memory */
bool claimedBuffered, closedBuffered;
bool goesOn, foundEmpty, senderIsThrough, closerIsThrough;

proctype sender() {
    bool flag;
    claimedBuffered = true;
#if MUTATION != 1
    !claimedBuffered;               /* ordered: flushed before the load */
#endif
    flag = closed;
    if :: !flag -> goesOn = true :: else fi;
    senderIsThrough = true
}

proctype closer() {
    bool place;
    closedBuffered = true;
#if MUTATION != 2
    !closedBuffered;                /* the fence */
#endif
    place = claimed;
    if :: !place -> foundEmpty = true :: else fi;
    closerIsThrough = true
}

/* Memory takes what is in the buffers at some time. */
proctype memory() {
    do
    :: atomic { claimedBuffered -> claimed = true; claimedBuffered = false }
    :: atomic { closedBuffered -> closed = true; closedBuffered = false }
    :: senderIsThrough && closerIsThrough && !claimedBuffered && !closedBuffered -> break
    od
}

init {
    atomic { run sender(); run closer(); run memory() };
    _nr_pr == 1;
    assert(!(goesOn && foundEmpty))
}
