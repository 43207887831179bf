/// Makes the containers of objects, and knows how for the types of keys that were asked for first.
///
/// The standard library wants a container in a box, and the runtime finds the types of both, and how one conforms, by hashing
/// the type of their keys at every call: a sixth of all decoding. A maker is of a class that has one of the two in its own
/// type, which saves nearly half of that. It stays for good, as the place of a tape does (``JSONTapeContents``).
struct JSONObjectContainers {
    private struct Known {
        let key: ObjectIdentifier
        let maker: Unmanaged<AnyObject>
    }

    /// Types that meet in one place do not drive each other out: the second is looked up each time.
    private static var places: Int { 64 }

    private let known: UnsafeMutablePointer<Known?>

    init() {
        known = .allocate(capacity: Self.places)
        known.initialize(repeating: nil, count: Self.places)
    }

    /// The container of an object.
    @inline(__always)
    func container<Key: CodingKey>(
        keyedBy type: Key.Type,
        of tape: JSONTape,
        at object: Int
    ) -> KeyedDecodingContainer<Key> {
        // Not the type that was passed: a class of keys may be passed as its superclass.
        let key = ObjectIdentifier(Key.self)
        let place = known + (Int(bitPattern: key) >> 4 & (Self.places - 1))
        guard let maker = place.pointee, maker.key == key else {
            if place.pointee == nil { place.pointee = Known(key: key, maker: maker(of: type)) }
            return KeyedDecodingContainer(JSONTapeObject<Key>(of: tape, object: object))
        }
        return maker.maker._withUnsafeGuaranteedRef { maker in
            // It was made for this type.
            unsafeDowncast(maker, to: JSONObjectMaker<Key>.self).container(of: tape, at: object)
        }
    }

    @inline(never)
    private func maker<Key: CodingKey>(of type: Key.Type) -> Unmanaged<AnyObject> {
        .passRetained(JSONObjectMakerOf<JSONTapeObject<Key>>())
    }
}

/// Makes containers with one type of keys.
private class JSONObjectMaker<Key: CodingKey> {
    func container(of tape: JSONTape, at object: Int) -> KeyedDecodingContainer<Key> {
        preconditionFailure("Each maker is of a subclass.")
    }
}

private final class JSONObjectMakerOf<Container: JSONObjectContainer>: JSONObjectMaker<Container.Key> {
    override func container(of tape: JSONTape, at object: Int) -> KeyedDecodingContainer<Container.Key> {
        KeyedDecodingContainer(Container(of: tape, object: object))
    }
}

/// A container of the members of an object.
protocol JSONObjectContainer: KeyedDecodingContainerProtocol {
    init(of tape: JSONTape, object: Int)
}
