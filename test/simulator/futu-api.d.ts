/** The part of the official JavaScript client that the tests drive; the package comes without types. */
declare module 'futu-api' {
  interface Reply {
    readonly retType: number
    readonly retMsg?: string
    // Decoded protobuf; the tests look into it with assertions of their own.
    readonly s2c: Record<string, never>
  }

  export default class ftWebsocket {
    onlogin: ((isOk: boolean, detail: unknown) => void) | null
    onPush: ((command: number, message: Reply) => void) | null
    /** The client's own connection; `close` on it is the only way to end one. A call waits `timeout` ms for its reply. */
    readonly websock: { close(): void; timeout: number } | null
    start(ip: string, port: number, ssl: boolean, key: string): void
    stop(): void
    getConnID(): { toString(): string }
    GetGlobalState(request: object): Promise<Reply>
    GetUserInfo(request: object): Promise<Reply>
    Sub(request: object): Promise<Reply>
    GetSubInfo(request: object): Promise<Reply>
    GetBasicQot(request: object): Promise<Reply>
    GetAccList(request: object): Promise<Reply>
    UnlockTrade(request: object): Promise<Reply>
    SetPriceReminder(request: object): Promise<Reply>
    SubAccPush(request: object): Promise<Reply>
    PlaceOrder(request: object): Promise<Reply>
    ModifyOrder(request: object): Promise<Reply>
    GetOrderList(request: object): Promise<Reply>
    GetHoldingChangeList(request: object): Promise<Reply>
  }
}
