import assert from 'node:assert/strict'
import type { MessageTypes, ProtocolName } from '../../proto/messages.ts'
import type {
  CounterDelta,
  GatewayCall,
  GatewayReply,
  GatewayStatus,
  MetricSample,
} from '../../durable-objects/gateway-rpc.ts'
import type { Failure } from '../../src/base/failure.ts'
import type { GatewayPort } from '../../src/http/exchange.ts'
import { decodeMessage } from '../../src/wire/decode.ts'
import { encodeChecked } from '../../src/wire/encode.ts'
import { protocolById } from '../../src/wire/schema.ts'
import type { WireMessage } from '../../src/wire/json-wire-value.ts'
import { sampleMessage } from './sample-message.ts'

/** A call that reached the gateway, taken apart. */
export interface SeenCall extends Omit<GatewayCall, 'body'> {
  readonly protocol: string
  readonly c2s: unknown
}

type C2S<Name extends ProtocolName> = MessageTypes[Extract<`${Name}.C2S`, keyof MessageTypes>]
type Answer = WireMessage | Failure | Uint8Array

/** A gateway that decodes every call, remembers it, and answers with the smallest valid reply or with what it is told. */
export class FakeGateway implements GatewayPort {
  readonly calls: SeenCall[] = []
  readonly done: string[] = []
  readonly counted: CounterDelta[] = []
  readonly upgrades: Request[] = []
  readonly answers = new Map<string, Answer>()
  status_: GatewayStatus = READY
  samples: readonly MetricSample[] = []
  epoch = 1

  /** Everything that was asked of it, counts aside. */
  get touched(): number {
    return this.calls.length + this.done.length + this.upgrades.length
  }

  /** The whole `Response`, or only its `s2c` for a success. */
  answer(protocol: ProtocolName, response: Answer): this {
    this.answers.set(protocol, response)
    return this
  }

  succeed(protocol: ProtocolName, s2c: WireMessage): this {
    return this.answer(protocol, { retType: 0, s2c })
  }

  /** The body of the only call. */
  only<Name extends ProtocolName>(protocol: Name): C2S<Name> {
    assert.deepEqual(
      this.calls.map((call) => call.protocol),
      [protocol],
    )
    return this.calls[0]?.c2s as C2S<Name>
  }

  async call({ body, ...rest }: GatewayCall): Promise<GatewayReply> {
    const protocol = protocolById(rest.protoId)?.name as ProtocolName
    const request = decodeMessage(`${protocol}.Request` as 'Qot_GetKL.Request', body)
    assert.ok(request.ok, `the gateway got bytes that do not decode: ${protocol}`)
    this.calls.push({ ...rest, protocol, c2s: request.value.c2s })
    const answer = this.answers.get(protocol) ?? { retType: 0, s2c: sampleMessage(`${protocol}.S2C`) }
    if (answer instanceof Uint8Array) return { ok: true, body: answer, epoch: this.epoch }
    if (isFailure(answer)) return { ok: false, failure: answer, epoch: this.epoch }
    return { ok: true, body: encodeChecked(`${protocol}.Response`, answer), epoch: this.epoch }
  }

  async status(): Promise<GatewayStatus> {
    this.done.push('status')
    return { ...this.status_, epoch: this.epoch }
  }

  async reload(): Promise<void> {
    this.done.push('reload')
  }

  async shutdown(): Promise<void> {
    this.done.push('shutdown')
  }

  async countRequests(counts: readonly CounterDelta[]): Promise<void> {
    this.counted.push(...counts)
  }

  async metrics(): Promise<readonly MetricSample[]> {
    return this.samples
  }

  async fetch(request: Request): Promise<Response> {
    this.upgrades.push(request)
    return new Response('upgraded')
  }
}

function isFailure(answer: WireMessage | Failure): answer is Failure {
  return typeof answer['code' as keyof typeof answer] === 'string'
}

const READY: GatewayStatus = {
  stage: 'ready',
  upstream: 'simulator:',
  sinceMs: Date.UTC(2026, 10, 22),
  connId: '7418311293381240001',
  serverVersion: 1002,
  loginUserId: '100000001',
  lastFailure: null,
  pendingCalls: 0,
  connects: 1,
  loggedIn: { quote: true, trade: true },
  epoch: 1,
}
