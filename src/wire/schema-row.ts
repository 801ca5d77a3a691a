/**
 * A compact form of the compiled schema, because it is part of the deployed Worker and is parsed at a cold start. The
 * compiler in `proto/` writes these rows.
 *
 *     message   connID!uint64,serialNo!uint32,6 trdMarket?int32 Trd_Common.TrdMarket
 *               name, rule, type and the enum of an integer type; a number if it is not the next one
 *     enum      TrdSide_ Unknown,Buy,Sell,NewOne=9
 *               the common prefix of all names, then the names; a number if it is not the next one, from 0
 *     protocol  Trd_PlaceOrder, or Notify! for a push; then its messages if they are not its Request and Response
 */

/**
 * The default row of a call's `Request` or `Response`. These differ only in the message inside, so the table omits
 * them. Null for every other message.
 */
export function usualRow(messageName: string): string | null {
  const cut = messageName.lastIndexOf('.')
  const call = messageName.slice(0, cut)
  const part = messageName.slice(cut + 1)
  if (part === 'Request') return `c2s!${call}.C2S`
  return part === 'Response' ? `retType!int32 Common.RetType,retMsg?string,errCode?int32,s2c?${call}.S2C` : null
}

/** One field of a message row. */
export interface FieldRow {
  readonly number: number
  readonly name: string
  readonly rule: '?' | '!' | '*'
  readonly type: string
  readonly enumName: string | null
}

/** A call or push, from its row. */
export interface ProtocolRow {
  readonly name: string
  /** Null for a push. */
  readonly request: string | null
  readonly response: string
}

const FIELD = /^(?:(\d+) )?(\w+)([?!*])([\w.]+)(?: ([\w.]+))?$/
const ENUM_VALUE = /^(\w*)(?:=(-?\d+))?$/

/** Reads a message row. */
export function readMessageRow(row: string): readonly FieldRow[] {
  let number = 0
  return partsOf(row).map((part) => {
    const [, given, name = '', rule, type = '', enumName] = FIELD.exec(part) ?? []
    if (rule !== '?' && rule !== '!' && rule !== '*') throw new Error(`not a field: ${part}`)
    number = given === undefined ? number + 1 : Number(given)
    return { number, name, rule, type, enumName: enumName ?? null }
  })
}

/** Reads an enum row: numbers by name. */
export function readEnumRow(row: string): ReadonlyMap<string, number> {
  const cut = row.indexOf(' ')
  const prefix = row.slice(0, cut)
  let number = -1
  return new Map(
    partsOf(row.slice(cut + 1)).map((part) => {
      const [, name = '', given] = ENUM_VALUE.exec(part) ?? []
      number = given === undefined ? number + 1 : Number(given)
      return [prefix + name, number]
    }),
  )
}

/** Reads a protocol row. */
export function readProtocolRow(row: string): ProtocolRow {
  const [head = '', request, response] = row.split(' ')
  const isPush = head.endsWith('!')
  const name = isPush ? head.slice(0, -1) : head
  return {
    name,
    request: isPush ? null : (request ?? `${name}.Request`),
    response: response ?? `${name}.Response`,
  }
}

function partsOf(row: string): readonly string[] {
  return row === '' ? [] : row.split(',')
}

/**
 * The JSON name of a proto field in snake case. A word ends between a lower-case letter or digit and a capital, and
 * before the last capital of a run if a lower-case letter follows (`orderIDExList` -> `order_id_ex_list`).
 */
export function jsonNameOf(protoName: string): string {
  return protoName
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
}
