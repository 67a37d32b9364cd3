import Foundation
import Testing

@testable import MultitaskingCaptures

struct ImagesTests {
    @Test("An image is found while it is loaded, also if its addresses were asked for before")
    func imageIsFoundWhileLoaded() throws {
        // A library of glibc that nothing links to.
        let library = try unsafe #require(unsafe dlopen("libBrokenLocale.so.1", RTLD_NOW | RTLD_LOCAL))
        let symbol = unsafe UInt(bitPattern: dlsym(library, "__ctype_get_mb_cur_max"))
        let segment = try #require(Images.segment(containing: symbol))
        #expect(segment.image.hasSuffix("libBrokenLocale.so.1"))
        #expect(Images.segments(of: segment.image).contains { $0.isExecutable })
        unsafe dlclose(library)
        #expect(Images.segment(containing: symbol) == nil)
        #expect(Images.segments(of: segment.image).isEmpty)
        let again = try unsafe #require(unsafe dlopen("libBrokenLocale.so.1", RTLD_NOW | RTLD_LOCAL))
        #expect(!Images.segments(of: segment.image).isEmpty)
        unsafe dlclose(again)
    }
}
