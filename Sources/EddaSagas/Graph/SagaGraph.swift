/// A plan, or one saga, as a drawing: for Mermaid, which Markdown viewers draw, and for Graphviz.
public struct SagaGraph: Hashable, Sendable {
    /// How a box is filled.
    enum Shade: String, CaseIterable, Sendable {
        case plain, active, done, trouble, undone, skipped

        /// Fill and border, as both formats write colours.
        var colours: (fill: String, border: String) {
            switch self {
            case .plain: ("#f6f6f6", "#999999")
            case .active: ("#fff3c4", "#b58900")
            case .done: ("#d9f2d9", "#2e7d32")
            case .trouble: ("#f9d6d5", "#c62828")
            case .undone: ("#dbe9f9", "#1565c0")
            case .skipped: ("#e6e0ec", "#6a1b9a")
            }
        }
    }

    struct Node: Hashable, Sendable {
        let id: String
        let lines: [String]
        let shade: Shade
        /// Whether it is the beginning or an end.
        var isEnd = false
    }

    struct Edge: Hashable, Sendable {
        let from: String
        let to: String
        var label: String?
        /// Whether it leads back.
        var isBack = false
    }

    var nodes: [Node] = []
    var edges: [Edge] = []

    /// Adds a box.
    mutating func add(_ id: String, _ lines: String?..., shade: Shade = .plain, isEnd: Bool = false) {
        nodes.append(Node(id: id, lines: lines.compactMap(\.self), shade: shade, isEnd: isEnd))
    }

    /// Adds an arrow.
    mutating func connect(_ from: String, _ to: String, _ label: String? = nil, isBack: Bool = false) {
        edges.append(Edge(from: from, to: to, label: label, isBack: isBack))
    }

    /// The drawing as a Mermaid flowchart.
    public var mermaid: String {
        var text = "flowchart TD\n"
        for node in nodes {
            let label = node.lines.map(Self.escapedForMermaid).joined(separator: "<br/>")
            text +=
                "    \(node.id)\(node.isEnd ? "([\"" : "[\"")\(label)\(node.isEnd ? "\"])" : "\"]"):::\(node.shade)\n"
        }
        for edge in edges {
            let label = edge.label.map { "|\"\(Self.escapedForMermaid($0))\"|" } ?? ""
            text += "    \(edge.from) \(edge.isBack ? "-.->" : "-->")\(label) \(edge.to)\n"
        }
        for shade in Shade.allCases where nodes.contains(where: { $0.shade == shade }) {
            let (fill, border) = shade.colours
            text += "    classDef \(shade) fill:\(fill),stroke:\(border),color:#000000\n"
        }
        return text
    }

    /// The drawing in the DOT language of Graphviz.
    public var dot: String {
        var text = "digraph saga {\n    node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n"
        for node in nodes {
            let label = node.lines.map(Self.escapedForDOT).joined(separator: "\\n")
            let (fill, border) = node.shade.colours
            text += "    \(node.id) [label=\"\(label)\", fillcolor=\"\(fill)\", color=\"\(border)\""
            text += node.isEnd ? ", shape=oval];\n" : "];\n"
        }
        for edge in edges {
            var attributes: [String] = []
            if let label = edge.label { attributes.append("label=\"\(Self.escapedForDOT(label))\"") }
            if edge.isBack { attributes.append("style=dashed") }
            text += "    \(edge.from) -> \(edge.to)"
            text += attributes.isEmpty ? ";\n" : " [\(attributes.joined(separator: ", "))];\n"
        }
        return text + "}\n"
    }

    /// Entity codes are Mermaid's way to write what would end a label: mermaid.js.org/syntax/flowchart.html.
    private static func escapedForMermaid(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "#": escaped += "#35;"
            case "\"": escaped += "#quot;"
            case "<": escaped += "#lt;"
            case ">": escaped += "#gt;"
            case "&": escaped += "#amp;"
            case _ where character.isNewline: escaped += " "
            default: escaped.append(character)
            }
        }
        return escaped
    }

    /// Inside quotes only the quote and the backslash mean something: graphviz.org/doc/info/lang.html.
    private static func escapedForDOT(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\"", "\\": escaped += "\\\(character)"
            case _ where character.isNewline: escaped += " "
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
