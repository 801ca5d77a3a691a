import '../../../src/wire/full-schema.ts'
import * as fc from 'fast-check'
import {
  allMessageNames,
  enumType,
  messageType,
  type Field,
  type MessageType,
  type ScalarKind,
} from '../../../src/wire/schema.ts'
import { rangeOf } from '../../../src/wire/field-range.ts'
import { SECURITY_PREFIXES } from '../../../src/wire/market-prefix.ts'
import { parseSecurityText, SECURITY } from '../../../src/wire/json/security-text.ts'
import { isTimeField } from '../../../src/wire/json/time-text.ts'
import type { WireMessage, WireValue } from '../../../src/wire/json/json-wire-value.ts'

/** The request messages of all calls that OpenD has. */
export const REQUESTS: readonly string[] = allMessageNames().filter((name) => name.endsWith('.C2S'))

/** Any message of that type that an encoder takes. */
export function anyMessage(messageName: string): fc.Arbitrary<WireMessage> {
  const { fields } = messageType(messageName)
  const model: Record<string, fc.Arbitrary<WireValue>> = {}
  for (const field of fields) model[field.name] = anyValue(field, messageName)
  const requiredKeys = fields.filter((field) => field.rule === 'required').map((field) => field.name)
  return fc.record(model, { requiredKeys, noNullPrototype: true })
}

function anyValue(field: Field, messageName: string): fc.Arbitrary<WireValue> {
  // The schema leaves this field open; the JSON check holds it to the enum of the header's field of the same name.
  const isOwnMarket = messageName === 'Trd_ModifyOrder.C2S' && field.name === 'trdMarket'
  const element = anyElement(isOwnMarket ? { ...field, enumName: 'Trd_Common.TrdMarket' } : field)
  return field.rule === 'repeated' ? fc.array(element, { maxLength: 3 }) : element
}

function anyElement(field: Field): fc.Arbitrary<WireValue> {
  if (field.messageName !== null) return anyMessage(field.messageName)
  if (field.enumName !== null) return fc.constantFrom(...enumType(field.enumName).values.values())
  const range = rangeOf(field)
  if (range !== null) return fc.integer({ min: range[0], max: range[1] ?? 2 ** 31 - 1 })
  if (isTimeField(field)) return fc.constantFrom('', '2026-11-01', '2026-11-01 09:30:00', '2026-11-01T09:30:00-05:00')
  return SCALARS[field.kind === 'message' ? 'string' : field.kind]
}

const SCALARS: Readonly<Record<ScalarKind, fc.Arbitrary<WireValue>>> = {
  int32: fc.integer(),
  uint32: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  double: fc.double({ noNaN: true, noDefaultInfinity: true }),
  float: fc.float({ noNaN: true, noDefaultInfinity: true }),
  bool: fc.boolean(),
  string: fc.string({ unit: 'grapheme', maxLength: 9 }),
  bytes: fc.uint8Array({ maxLength: 9 }),
}

/** Picks one of so many ways to write something: a number from 0 up to but not including it. */
export type Choose = (ways: number) => number

/** Endless choices that fast-check draws, prints and shrinks towards the first way. */
export const anyChoices: fc.Arbitrary<fc.Stream<number>> = fc.infiniteStream(fc.nat(1_000_000))

/** Takes the choices one by one. To be made anew in every run of a property, as fast-check rewinds the stream. */
export function chooseFrom(choices: fc.Stream<number>): Choose {
  return (ways) => (choices.next().value ?? 0) % ways
}

/** Writes a request body as JSON in one of the ways that mean this message. */
export function spellBody(messageName: string, message: WireMessage, choose: Choose): string {
  const text = spellMessage(messageType(messageName), message, choose)
  return choose(2) === 0 ? text : `{"c2s":${text}}`
}

function spellMessage(type: MessageType, message: WireMessage, choose: Choose): string {
  const members: string[] = []
  const add = (name: string, text: string): void =>
    void members.splice(choose(members.length + 1), 0, `"${name}":${text}`)
  for (const field of type.fields) {
    const value = message[field.name]
    if (value === undefined) {
      if (choose(4) === 1) add(field.jsonName, 'null')
    } else if (field.messageName === 'Trd_Common.TrdHeader') {
      spellHeader(type, field, value as WireMessage, choose, add)
    } else {
      add(nameOf(field, choose), spellValue(field, value, choose))
    }
  }
  return `{${members.join(choose(2) === 0 ? ',' : ' ,\n\t')}}`
}

/** Each header member stands in the header or flat beside it, unless the message has a field of that name. */
function spellHeader(
  owner: MessageType,
  header: Field,
  value: WireMessage,
  choose: Choose,
  add: (name: string, text: string) => void,
): void {
  const type = messageType(header.messageName ?? '')
  const inside: string[] = []
  const flatness = choose(3)
  for (const field of type.fields) {
    const member = value[field.name]
    if (member === undefined) continue
    const name = nameOf(field, choose)
    const text = spellValue(field, member, choose)
    const isFlat = flatness === 1 || (flatness === 2 && choose(2) === 1)
    if (isFlat && !owner.byName.has(field.name)) add(name, text)
    else inside.push(`"${name}":${text}`)
  }
  if (inside.length > 0) add('header', `{${inside.join(',')}}`)
}

function nameOf(field: Field, choose: Choose): string {
  if (field.name === 'security' && choose(3) === 1) return 'symbol'
  if (field.name === 'securityList' && choose(3) === 1) return 'symbols'
  return choose(2) === 0 ? field.jsonName : field.name
}

function spellValue(field: Field, value: WireValue, choose: Choose): string {
  if (field.rule !== 'repeated') return spellElement(field, value, choose)
  return `[${(value as readonly WireValue[]).map((element) => spellElement(field, element, choose)).join(', ')}]`
}

function spellElement(field: Field, value: WireValue, choose: Choose): string {
  if (field.messageName === SECURITY) {
    const text = securityText(value as WireMessage)
    if (text !== null && choose(2) === 1) return JSON.stringify(choose(2) === 0 ? text : text.toLowerCase())
  }
  if (field.messageName !== null) return spellMessage(messageType(field.messageName), value as WireMessage, choose)
  if (field.enumName !== null)
    return choose(2) === 0 ? Number(value).toString() : JSON.stringify(enumText(field, value, choose))
  if (typeof value === 'bigint') return choose(2) === 0 ? String(value) : `"${value}"`
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value)
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString('base64')}"`
  return JSON.stringify(value)
}

/** The one-word form, where there is one that is read as that very security, also in small letters. */
function securityText({ market, code }: WireMessage): string | null {
  if (typeof code !== 'string') return null
  const prefix = SECURITY_PREFIXES.find((known) => parseSecurityText(`${known}.X`)?.market === market)
  const text = `${prefix}.${code}`
  return [text, text.toLowerCase()].every((form) => parseSecurityText(form)?.code === code) ? text : null
}

function enumText(field: Field, value: WireValue, choose: Choose): string {
  const enumName = field.enumName ?? ''
  const prefix = `${enumName.slice(enumName.lastIndexOf('.') + 1)}_`
  const names = [...enumType(enumName).values].filter(([, number]) => number === value)
  const [name] = names[choose(names.length)] ?? ['']
  const short = name.startsWith(prefix) ? name.slice(prefix.length) : name
  return [name, short, name.toLowerCase(), short.toUpperCase(), short.replaceAll('_', '')][choose(5)] ?? name
}
