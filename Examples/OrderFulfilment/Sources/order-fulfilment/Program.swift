import ArgumentParser
import OrderFulfilment

@main struct Program {
    @concurrent static func main() async { await OrderFulfilmentCommand.main(nil) }
}
