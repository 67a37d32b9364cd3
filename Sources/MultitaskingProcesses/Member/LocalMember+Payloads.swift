extension LocalMember {
    /// Gives a payload's block back, if there is one; may be repeated.
    @inline(__always)
    func release(_ place: PayloadField) {
        let block = place.block.load()
        guard !block.isNone else { return }
        // Asked first: then the place may serve for something else.
        let isSharing = place.isSharing
        release(block, isSharing: isSharing)
    }

    /// Gives a payload's block back, and frees the shared values that only it led to; may be repeated.
    @inline(__always)
    func release(_ block: BlockReference, isSharing: Bool) {
        if isSharing { shares.free(block) } else { heap.free(block) }
    }
}
