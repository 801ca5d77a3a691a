import { planOf, type Plan, type Step, type View, type WireReader } from './decode-plan.ts'
import { WIRE_LENGTH } from './wire-type.ts'

/**
 * Maximum number of fields and list elements of one message, absent fields included. Without it, 10 MiB of empty nested
 * messages (two bytes each) would become gigabytes of objects. The largest real reply, the static list of a whole
 * market, has about 20,000 securities with 25 values each.
 */
export const MAX_VALUES = 1_000_000

/** The cost of an object in addition to its fields, counted in values. */
const OBJECT_VALUES = 4

/** The values of one message by field index. A nested message is also `Slots`; a list is an array. */
type Slots = unknown[]

/** Bytes that violate a rule of this file; the reader throws its own errors. */
class Malformed extends Error {}

/**
 * Decodes one message in two passes: bytes to slots, then slots to an object. So the keys are in field order
 * independent of the order on the wire, a message field in several pieces is merged, and missing fields are detected at
 * the end.
 *
 * The depth needs no bound here: `proto/compile.ts` refuses recursive types, so the schema bounds it. The reader
 * rejects unknown groups nested deeper than 100, which would otherwise overflow the stack with one byte per level.
 */
export class Decoding<Reader extends WireReader> {
  readonly #view: View<Reader>
  readonly #reader: Reader
  /** The path of the current message field, with the element index of each list; used in errors. */
  readonly #trail: { readonly step: Step<Reader>; readonly element: number }[] = []
  /** The current scalar field. */
  #scalar: Step<Reader> | null = null
  #values = 0

  constructor(view: View<Reader>, reader: Reader) {
    this.#view = view
    this.#reader = reader
  }

  /** Decodes the reader's bytes. Throws on malformed bytes: see `reasonOf` and `place`. */
  decode(plan: Plan<Reader>): unknown {
    const slots = this.#newSlots(plan)
    this.#read(plan, slots)
    return this.#build(plan, slots)
  }

  /** Where decoding stopped: `.s2c.klList[3].time`. */
  place(): string {
    const path = this.#trail.map(({ step, element }) => `.${step.field.name}${step.isRepeated ? `[${element}]` : ''}`)
    return path.join('') + (this.#scalar === null ? '' : `.${this.#scalar.field.name}`)
  }

  /** The description of an error of `decode`; null when the error is a bug. */
  reasonOf(error: unknown): string | null {
    if (error instanceof Malformed) return error.message
    if (error instanceof RangeError) return 'the bytes end before it is complete'
    if (error instanceof TypeError) return this.#scalar?.field.kind === 'string' ? 'is not UTF-8' : null
    // The reader throws plain errors such as "invalid varint encoding".
    return error instanceof Error && error.constructor === Error ? error.message : null
  }

  #newSlots(plan: Plan<Reader>): Slots {
    this.#count(plan.steps.length + OBJECT_VALUES)
    const slots: Slots = []
    slots.length = plan.steps.length
    return slots
  }

  #count(values: number): void {
    this.#values += values
    if (this.#values > MAX_VALUES) throw new Malformed(`holds more than ${MAX_VALUES} values`)
  }

  /** Reads up to the reader's end, which is the end of the message. */
  #read(plan: Plan<Reader>, slots: Slots): void {
    const reader = this.#reader
    while (reader.pos < reader.len) {
      this.#scalar = null
      const tag = reader.tag()
      const wireType = tag & 7
      const step = plan.byNumber[tag >>> 3]
      if (step === undefined) reader.skipType(wireType, 0, tag >>> 3)
      else if (step.read === null) this.#readMessage(step, wireType, slots)
      else {
        this.#scalar = step
        if (step.isRepeated) this.#readElements(step, step.read, wireType, listAt(slots, step.index))
        else if (wireType === step.wireType) slots[step.index] = step.read(reader)
        else throw wrongWireType(step, wireType)
      }
    }
    this.#scalar = null
  }

  /** A list of numbers may be packed or unpacked: protobuf requires readers to accept both. */
  #readElements(step: Step<Reader>, read: (reader: Reader) => unknown, wireType: number, list: unknown[]): void {
    const reader = this.#reader
    if (wireType === step.wireType) {
      this.#count(1)
      list.push(read(reader))
    } else if (wireType === WIRE_LENGTH) {
      const outerEnd = this.#enter()
      while (reader.pos < reader.len) {
        this.#count(1)
        list.push(read(reader))
      }
      reader.len = outerEnd
    } else throw wrongWireType(step, wireType)
  }

  #readMessage(step: Step<Reader>, wireType: number, slots: Slots): void {
    const plan = planOf(this.#view, step.field.messageName ?? '')
    const list = step.isRepeated ? listAt(slots, step.index) : null
    this.#trail.push({ step, element: list?.length ?? 0 })
    if (wireType !== step.wireType) throw wrongWireType(step, wireType)
    const outerEnd = this.#enter()
    if (list === null) {
      const inner = slots[step.index] ?? this.#newSlots(plan)
      slots[step.index] = inner
      this.#read(plan, inner as Slots)
    } else {
      const inner = this.#newSlots(plan)
      this.#read(plan, inner)
      list.push(inner)
    }
    this.#reader.len = outerEnd
    this.#trail.pop()
  }

  /** Moves the reader's end to the end of the current length-delimited field; returns the previous end. */
  #enter(): number {
    const reader = this.#reader
    const outerEnd = reader.len
    const lengthBytes = reader.size()
    if (lengthBytes > outerEnd - reader.pos) throw new RangeError('a length points past the end')
    reader.len = reader.pos + lengthBytes
    return outerEnd
  }

  #build(plan: Plan<Reader>, slots: Slots): unknown {
    const object: Record<string, unknown> = {}
    for (const step of plan.steps) {
      const value = slots[step.index]
      if (value !== undefined) object[step.key] = step.read === null ? this.#buildMessages(step, value) : value
      else if (step.isRepeated) object[step.key] = []
      else if (step.isRequired && this.#view.needsRequired) {
        this.#scalar = step
        throw new Malformed('is missing')
      }
    }
    return object
  }

  #buildMessages(step: Step<Reader>, value: unknown): unknown {
    const plan = planOf(this.#view, step.field.messageName ?? '')
    const build = (slots: Slots, element: number): unknown => {
      this.#trail.push({ step, element })
      const object = this.#build(plan, slots)
      this.#trail.pop()
      return object
    }
    return step.isRepeated ? (value as Slots[]).map(build) : build(value as Slots, 0)
  }
}

function listAt(slots: Slots, index: number): unknown[] {
  return (slots[index] ??= []) as unknown[]
}

function wrongWireType(step: { readonly field: { readonly kind: string }; readonly wireType: number }, found: number) {
  return new Malformed(`has wire type ${found}, expected ${step.wireType} (${step.field.kind})`)
}
