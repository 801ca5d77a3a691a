import { hexOf } from '../base/hex.ts'
import { fail, type Failed, type Result, succeed } from '../base/result.ts'
import type { Timers } from '../base/time/timers.ts'
import type { KeyService } from '../keys/key-service.ts'
import { fieldsOf, jsonText, withFields } from '../keys/key-text.ts'
import { describe } from '../problem/problem.ts'
import type { JsonObject } from '../wire/json/json-text.ts'
import { readAlertBody } from './alert-body.ts'
import { type DeliveryRunner, settingsOf } from './delivery-runner.ts'
import type { HookAnswer, HookCommand, HookOwner } from './hook-command.ts'
import { readSettings } from './hook.ts'
import type { HookStore } from './hook-store.ts'
import { type AlertPreview, hookView, type HookView } from './hook-view.ts'
import { readIntent } from './read-delivery.ts'
import type { StoredHook } from './stored-hook.ts'

/** The dependencies of the hook service. */
export interface HookServiceDeps {
  readonly store: HookStore
  readonly keys: KeyService
  readonly runner: DeliveryRunner
  readonly timers: Timers
  /** SHA-256 of a text. */
  readonly sha256: (text: string) => Uint8Array
}

const NOTHING: HookAnswer = { hooks: [], deliveries: [], nextBeforeSeq: null, preview: null }

/** The hooks of the gateway: what each may lead to, and what became of its alerts. `HookReceiver` takes the alerts. */
export class HookService {
  readonly #deps: HookServiceDeps

  constructor(deps: HookServiceDeps) {
    this.#deps = deps
  }

  /** Runs a command of a key about its own hooks. Failures: `hook.*`, `request.*`, `key.*`. */
  async run(command: HookCommand, owner: HookOwner): Promise<Result<HookAnswer>> {
    const { store } = this.#deps
    if (command.op === 'list') return this.#withHooks(store.hooks(owner.keyId))
    if (command.op === 'create') return this.#create(command, owner)
    const hook = store.hook(command.id)
    if (hook === null || hook.owner !== owner.keyId) return fail({ code: 'hook.unknown' })
    switch (command.op) {
      case 'get':
        return this.#withHooks([hook])
      case 'pause':
        return this.#put({ ...hook, paused: hook.paused ?? 'Its owner paused it.' })
      case 'resume':
        return this.#put({ ...hook, paused: null })
      case 'change':
        return this.#change(hook, fieldsOf(command.fields), owner)
      case 'rotate':
        return this.#rotate(hook, command.hash, command.overlapMs)
      case 'delete':
        return this.#delete(hook, owner)
      case 'deliveries': {
        const { state, beforeSeq, limit } = command
        const rows = store.deliveries({ hookId: hook.id, state, beforeSeq, limit: limit + 1 })
        const deliveries = rows.slice(0, limit)
        const next = rows.length > limit ? (deliveries.at(-1)?.seq ?? null) : null
        return succeed({ ...NOTHING, deliveries, nextBeforeSeq: next })
      }
      case 'delivery':
      case 'dry_run': {
        const delivery = store.delivery(hook.id, command.delivery)
        if (delivery === null) return fail({ code: 'hook.unknown_delivery' })
        if (command.op === 'delivery') return succeed({ ...NOTHING, deliveries: [delivery] })
        return this.#withPreview(await this.#preview(hook, delivery.body))
      }
      case 'test':
        return this.#withPreview(await this.#preview(hook, command.body))
    }
  }

  #create(command: Extract<HookCommand, { op: 'create' }>, owner: HookOwner): Result<HookAnswer> {
    const { store, timers } = this.#deps
    const known = store.hook(command.id)
    if (known !== null) return this.#withHooks([known])
    const child = this.#mintChild(fieldsOf(command.fields), command.childHash, owner)
    if (!child.ok) return child
    return this.#put({
      id: command.id,
      owner: owner.keyId,
      childId: child.value,
      fields: command.fields,
      secretHash: command.secretHash,
      previous: null,
      paused: null,
      createdMs: timers.nowMs(),
      lastAlertMs: null,
    })
  }

  #change(hook: StoredHook, changes: JsonObject, owner: HookOwner): Result<HookAnswer> {
    const fields = withFields(fieldsOf(hook.fields), changes)
    const settings = readSettings(fields)
    if (!settings.ok) return settings
    const before = fieldsOf(hook.fields)
    const isSameChild = ['acc_id', 'limits'].every((name) => textOf(before[name]) === textOf(fields[name]))
    if (isSameChild) return this.#put({ ...hook, fields: jsonText(fields) })
    // The limits are those of a child token, which cannot be changed: a new one replaces it. Nobody has its token.
    const hash = hexOf(this.#deps.sha256(`${hook.childId} ${owner.requestId}`))
    const child = this.#mintChild(fields, hash, owner)
    if (!child.ok) return child
    this.#deps.keys.revokeChild(hook.owner, hook.childId, actorOf(owner))
    return this.#put({ ...hook, fields: jsonText(fields), childId: child.value })
  }

  #rotate(hook: StoredHook, hash: string, overlapMs: number): Result<HookAnswer> {
    if (hook.secretHash === hash) return this.#withHooks([hook])
    const untilMs = this.#deps.timers.nowMs() + overlapMs
    const previous = overlapMs > 0 ? { hash: hook.secretHash, untilMs } : null
    return this.#put({ ...hook, secretHash: hash, previous })
  }

  #delete(hook: StoredHook, owner: HookOwner): Result<HookAnswer> {
    this.#deps.keys.revokeChild(hook.owner, hook.childId, actorOf(owner))
    this.#deps.store.removeHook(hook.id)
    return succeed(NOTHING)
  }

  /** Makes the child token under which the orders of a hook are placed. Returns its id. */
  #mintChild(fields: JsonObject, hash: string, owner: HookOwner): Result<string> {
    const settings = readSettings(fields)
    if (!settings.ok) return settings
    const { keys } = this.#deps
    const scopes = [...(keys.find(owner.keyId)?.scopes ?? [])].filter((scope) => scope.startsWith('trade:'))
    const limits = (fields['limits'] ?? {}) as JsonObject
    const record = {
      ...limits,
      scopes: scopes.filter((scope) => scope !== 'trade:unlock'),
      allowed_acc_ids: [settings.value.accId],
      note: 'the orders of a hook',
    }
    const child = keys.mint(owner.keyId, null, record, hash, actorOf(owner))
    return child.ok ? succeed(child.value.id) : child
  }

  #put(hook: StoredHook): Result<HookAnswer> {
    this.#deps.store.putHook(hook)
    return this.#withHooks([hook])
  }

  async #preview(hook: StoredHook, text: string): Promise<Result<AlertPreview>> {
    const body = readAlertBody(text)
    const read = body.ok ? readIntent(body.value, settingsOf(hook)) : body
    if (!read.ok) return succeed(refusedPreview(read))
    const { alert, symbol, checks } = read.value
    const paused = hook.paused === null ? null : `The hook is paused: ${hook.paused}`
    const plan = await this.#deps.runner.preview(hook, alert, symbol)
    if (!plan.ok) return succeed({ intent: alert, symbol, checks, plan: null, reason: describe(plan.failure).error })
    return succeed({ intent: alert, symbol, checks, plan: plan.value, reason: paused ?? planReason(plan.value) })
  }

  #withPreview(preview: Result<AlertPreview>): Result<HookAnswer> {
    return preview.ok ? succeed({ ...NOTHING, preview: preview.value }) : preview
  }

  #withHooks(hooks: readonly StoredHook[]): Result<HookAnswer> {
    return succeed({ ...NOTHING, hooks: hooks.map((hook) => this.#viewOf(hook)) })
  }

  #viewOf(hook: StoredHook): HookView {
    const { keys, timers } = this.#deps
    const { expectEveryMs } = settingsOf(hook)
    return hookView(hook, { expectEveryMs, isEnded: keys.find(hook.childId) === null, nowMs: timers.nowMs() })
  }
}

function actorOf({ keyId, requestId }: HookOwner) {
  return { caller: `key:${keyId}`, requestId }
}

function refusedPreview({ failure }: Failed): AlertPreview {
  return { intent: null, symbol: null, checks: [], plan: null, reason: describe(failure).error }
}

function planReason(plan: NonNullable<AlertPreview['plan']>): string | null {
  if (plan.kind === 'nothing') return plan.reason
  return plan.kind === 'refused' ? `${plan.path}: expected ${plan.expected}.` : null
}

function textOf(value: JsonObject[string] | undefined): string {
  return jsonText(value ?? null)
}
