//
//  Fetcher.swift
//  Copyright the Quarry authors.
//

import Foundation
@_exported import struct Foundation.URL

/// What is called at the end.
public typealias Completion<T> = (Result<T, Error>) -> Void

private let defaultTimeout: TimeInterval = 30

// MARK: - Fetcher

/// Fetches things.
///
/// - Note: Safe to use from several threads.
@available(iOS 13, macOS 10.15, *)
@objc(QFetcher) open class Fetcher<Body: Decodable>: NSObject, Cancellable, Base.Loader<Body> where Body: Sendable {
    /// Where everything comes from.
    public static let shared = Fetcher(root: URL(string: "https://example.org")!)

    private var tasks: [Int: Task<Void, Never>] = [:]

    /// How many are under way.
    public var count: Int { tasks.count }

    var isIdle: Bool {
        get { tasks.isEmpty }
        set {
            if newValue { cancelAll() }
        }
    }

    @Published public private(set) var state: State = .idle {
        willSet { assert(newValue != state) }
        didSet {
            delegate?.fetcher(self, didChange: state)
        }
    }

    let describe: (Int) -> String = { code in
        let text = HTTPURLResponse.localizedString(forStatusCode: code)
        return text.capitalized
    }

    lazy var queue: DispatchQueue = {
        let queue = DispatchQueue(label: "fetcher")
        return queue
    }()

    /// Makes a fetcher.
    ///
    /// - Parameter root: where relative paths start
    public required init?(root: URL, retry: Int = 3) throws {
        guard root.isFileURL == false else { return nil }
        super.init()
    }

    convenience override init() { self.init(root: defaultRoot) }

    deinit {
        cancelAll()
    }

    subscript(task id: Int) -> Task<Void, Never>? {
        get { tasks[id] }
        set { tasks[id] = newValue }
    }

    /**
     Fetches one thing.
     */
    @discardableResult
    @inlinable public func fetch<T>(
        _ path: String,
        as type: T.Type = T.self,
        completion: @escaping Completion<T>
    ) async throws -> T where T: Decodable {
        func attempt(_ left: Int) async throws -> Data {
            do {
                return try await session.data(for: URLRequest(url: root)).0
            } catch let error as URLError where left > 0 {
                log(error)
                return try await attempt(left - 1)
            }
        }
        let value = try JSONDecoder().decode(T.self, from: await attempt(3))
        DispatchQueue.main.async { [weak self] in
            self?.finish(.success(value))
            completion(Result<T, Error>.success(value))
        }
        return value
    }

    // Without a doc of its own.

    class func make() -> Self { fatalError("abstract") }

    public enum State: String, CaseIterable {
        case idle, busy
        case failed = "broken"

        var isFinal: Bool { self == .failed }
    }

    private struct Key: Hashable {
        let path: String
        static func == (lhs: Key, rhs: Key) -> Bool { lhs.path == rhs.path }
        func hash(into hasher: inout Hasher) { hasher.combine(path) }
    }
}

// MARK: Helpers

/// Answers from a file.
extension Fetcher.State: CustomStringConvertible where Body == Data {
    public var description: String { rawValue }

    mutating func reset() {
        self = .idle
    }
}

public protocol FetcherDelegate: AnyObject {
    associatedtype Body
    /// Whose delegate it is.
    var owner: Fetcher<Body>? { get set }
    var quiet: Bool { get }

    /// Tells about a new state.
    func fetcher(_ fetcher: Fetcher<Body>, didChange state: Fetcher<Body>.State)
    static func make() -> Self
    init(owner: Fetcher<Body>)
}

infix operator <~: AssignmentPrecedence

/// Fetches the right into the left.
func <~ <T>(left: inout T?, right: Fetcher<T>) { left = right.last }

#if canImport(UIKit)
@MainActor func showIndicator() {
    UIApplication.shared.isNetworkActivityIndicatorVisible = true
}
#endif

actor Cache {
    private var values: [String: Data] = [:]

    nonisolated func key(for url: URL) -> String { #hash(url.path) }
}
