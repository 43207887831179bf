import OrderFulfilment

await OrderFulfilmentCommand.main()
