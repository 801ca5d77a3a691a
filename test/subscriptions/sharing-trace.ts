import assert from 'node:assert/strict'
import { RehabType, SubType } from '../../proto/enums.ts'
import type { Subscriber, SubscriberId } from '../../src/subscriptions/subscriber.ts'
import { type UnitKey, unitKeyOf, unitOf } from '../../src/subscriptions/stream.ts'
import { ANNA, BERT, BERTS_SOCKET, OrderPathRig, type Loss, sub } from './subscription-rig.ts'
import { type Action, SUBSCRIBERS } from './sharing-actions.ts'

/** How long a REST caller's unit must have been left alone before it may be taken back. */
const IDLE_MS = 300_000

/** What a holder should have of a unit. */
interface Expected {
  isPushed: boolean
  rehab: readonly number[]
  usedAtMs: number
}

/** A subscription whose answer is out. */
interface Pending {
  readonly subscriber: Subscriber
  readonly units: Set<UnitKey>
  readonly commit: () => void
  isVoid: boolean
}

/** What every caller may believe after what it was told, kept beside the manager. */
export class SharingTrace {
  readonly rig = new OrderPathRig()
  readonly held = new Map<SubscriberId, Map<UnitKey, Expected>>()
  readonly accounts = new Map<SubscriberId, readonly bigint[]>()
  #pending = new Set<Pending>()

  constructor(quota: number) {
    this.rig.opend.quota = quota
    this.rig.opend.cutDelayMs = 3
    this.rig.listening.add(BERT.id)
    this.rig.onLoss = (loss) => this.#lose(loss)
  }

  async act(action: Action): Promise<void> {
    const { rig } = this
    switch (action.kind) {
      case 'subscribe':
        this.#subscribe(action)
        break
      case 'unsubscribe': {
        const who = portOwnerOf(action.subscriber)
        const c2s = sub(action.codes, action.types, { isSubOrUnSub: false })
        this.#release(who, unitsOf(action.codes, action.types))
        assert.equal(await rig.manager.subscribe(who, c2s, null), null)
        break
      }
      case 'unsubscribe_all': {
        const who = portOwnerOf(action.subscriber)
        this.#release(who, null)
        assert.equal(await rig.manager.subscribe(who, { isSubOrUnSub: false, isUnsubAll: true }, null), null)
        break
      }
      case 'disconnect': {
        const who = portOwnerOf(action.subscriber)
        if (who.kind === 'rest') break
        for (const one of this.#pending) one.isVoid ||= one.subscriber.id === who.id
        this.held.delete(who.id)
        this.accounts.delete(who.id)
        rig.manager.dropSubscriber(who.id)
        break
      }
      case 'accounts': {
        const who = portOwnerOf(action.subscriber)
        assert.equal(rig.manager.setAccounts(who, action.accIds), null)
        this.accounts.set(who.id, action.accIds)
        break
      }
      case 'read': {
        const who = portOwnerOf(action.subscriber)
        const missing = rig.manager.missingFor([who.id], action.type, action.codes.map(keyOf))
        for (const code of action.codes) {
          const expected: Expected | undefined = this.held.get(who.id)?.get(unitKeyOf(action.type, keyOf(code)))
          assert.equal(missing.includes(keyOf(code)), expected === undefined)
          if (expected !== undefined) expected.usedAtMs = rig.nowMs
        }
        break
      }
      case 'pass':
        await rig.pass(action.ms)
        break
      case 'pass_to_call':
        await rig.clock.runUntil(rig.clock.elapsedMs + 62_000, () => rig.opend.isBusy)
        break
      case 'cut':
        rig.cut()
        break
      case 'up':
        rig.up()
        break
      case 'evict':
        this.#evict()
        break
      case 'fate':
        rig.opend.fates.push(action.fate)
        break
      case 'forget_security':
        rig.opend.unknown.add(keyOf(action.code))
        break
      case 'others':
        rig.opend.usedByOthers = action.units
        break
      case 'hide_quota':
        rig.opend.hidesQuota = action.isHidden
    }
    await rig.pass(0)
    this.check()
  }

  /** What holds at every moment. */
  check(): void {
    const { rig } = this
    for (const who of SUBSCRIBERS) {
      const held = this.held.get(who.id) ?? new Map<UnitKey, Expected>()
      assert.deepEqual(new Set(rig.storedUnits(who.id)), new Set(held.keys()), `units of ${who.id}`)
      assert.deepEqual(new Set(rig.manager.streamsOf(who.id)), this.#streams(who), `streams of ${who.id}`)
      for (const key of held.keys()) {
        assert.ok(!rig.manager.isLive(key) || rig.opend.units.has(key), `${key} is not live`)
      }
    }
    rig.assertTold()
    assert.equal(rig.opend.earlyDrops, 0, 'dropped before the minute was over')
    assert.ok(rig.opend.mostAtOnce <= 1, 'one change at a time')
    assert.ok(rig.opend.subs.every(({ securityList = [] }) => securityList.length <= 100))
  }

  /** Lets everything come to rest, and checks what OpenD has then. */
  async settle(): Promise<void> {
    const { rig } = this
    rig.opend.fates = []
    rig.opend.hidesQuota = false
    rig.up()
    // Long enough for every restore to be finished; what nobody holds may linger.
    await rig.pass(400_000)
    this.check()
    for (const [id, units] of this.held) {
      for (const [key, { rehab: types_ }] of units) {
        assert.ok(rig.manager.isLive(key), `${key} of ${id} is live`)
        const upstream = rig.opend.units.get(key)?.rehabTypes ?? []
        assert.ok(
          types_.every((type) => upstream.includes(type)),
          `${key} is pushed with ${types_.join()}`,
        )
      }
    }
    await rig.pass(1_800_000)
    this.check()
    const union = new Set([...this.held.values()].flatMap((units) => [...units.keys()]))
    assert.deepEqual(new Set(rig.opend.units.keys()), union, 'upstream is what is held, and nothing more')
    assert.equal(this.#pending.size, 0, 'every call was answered')
    assert.equal(rig.manager.counts.subscribedUnits, union.size)
    assert.equal(rig.manager.nextWakeMs, null)
  }

  #subscribe(action: Extract<Action, { kind: 'subscribe' }>): void {
    const who = portOwnerOf(action.subscriber)
    const units = new Set(unitsOf(action.codes, action.types))
    const asksPush = action.isPushed ?? (who.kind === 'socket' ? true : undefined)
    const commit = () => {
      const held = this.held.get(who.id) ?? new Map<UnitKey, Expected>()
      this.held.set(who.id, held)
      for (const key of units) {
        const before = held.get(key)
        const isPushed = asksPush ?? before?.isPushed ?? false
        const named = action.rehab.length > 0 ? action.rehab : [RehabType.Forward]
        const isKLine = unitOf(key).subType === SubType.KL_Day
        const types_ = !isKLine || !isPushed ? [] : asksPush === true ? named : (before?.rehab ?? [])
        held.set(key, { isPushed, rehab: types_, usedAtMs: this.rig.nowMs })
      }
    }
    const pending: Pending = { subscriber: who, units, commit, isVoid: false }
    this.#pending.add(pending)
    const c2s = sub(action.codes, action.types, {
      ...(action.isPushed !== undefined && { isRegOrUnRegPush: action.isPushed }),
      regPushRehabTypeList: action.rehab,
      ...(action.session !== undefined && { session: action.session }),
    })
    void this.rig.manager.subscribe(who, c2s, null).then((failure) => {
      this.#pending.delete(pending)
      if (failure === null && !pending.isVoid) pending.commit()
    })
  }

  #release({ id }: Subscriber, units: readonly UnitKey[] | null): void {
    for (const { subscriber: who, units: theirs } of this.#pending) {
      if (who.id === id) for (const key of units ?? [...theirs]) theirs.delete(key)
    }
    const held = this.held.get(id)
    for (const key of units ?? [...(held?.keys() ?? [])]) held?.delete(key)
  }

  #evict(): void {
    // Socket 2 hung up while the object slept.
    this.held.delete(BERTS_SOCKET.id)
    this.accounts.delete(BERTS_SOCKET.id)
    this.#pending = new Set()
    this.rig.evict(SUBSCRIBERS.map(({ id }) => id).filter((id) => id !== BERTS_SOCKET.id))
  }

  #lose({ id, units, reason, atMs }: Loss): void {
    const held = this.held.get(id)
    for (const key of units) {
      const expected = held?.get(key)
      assert.ok(expected !== undefined, `${id} loses ${key}, which it does not have`)
      held?.delete(key)
      if (reason.kind === 'reclaimed') {
        assert.ok(id === ANNA.id || id === BERT.id, 'only REST callers lose what they do not use')
        assert.ok(atMs - expected.usedAtMs >= IDLE_MS, `${key} of ${id} is not idle`)
        assert.ok(id !== BERT.id || !expected.isPushed, 'somebody listens to these pushes')
      } else {
        assert.equal(reason.failure.code, 'opend.refused')
      }
    }
  }

  #streams({ id }: Subscriber): ReadonlySet<string> {
    const streams = new Set<string>()
    for (const [key, { isPushed, rehab: types_ }] of this.held.get(id) ?? []) {
      const isKLine = unitOf(key).subType === SubType.KL_Day
      if (isPushed) for (const name of isKLine ? types_.map((type) => `${key}:${type}`) : [key]) streams.add(name)
    }
    for (const accId of this.accounts.get(id) ?? []) streams.add(`orders:${accId}`).add(`fills:${accId}`)
    return streams
  }
}

function portOwnerOf(index: number): Subscriber {
  return SUBSCRIBERS[index] ?? ANNA
}

function keyOf(code: string): string {
  return `1_${code}`
}

function unitsOf(codes_: readonly string[], types_: readonly number[]): readonly UnitKey[] {
  return codes_.flatMap((code) => types_.map((type) => unitKeyOf(type, keyOf(code))))
}
